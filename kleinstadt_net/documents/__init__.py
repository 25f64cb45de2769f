"""Frozen values made into documents for print and files; asks the database nothing."""
