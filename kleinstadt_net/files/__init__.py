"""Stored bytes: pictures made safe and small, and the directory they lie in. The database knows them by token."""
