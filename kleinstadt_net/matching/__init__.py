"""Who should meet whom: numbers in, rankings, monthly rounds and reason codes out.

A pure room: no web, no database, no settings, no clock. A town is a row; the caller says which.
``features`` turns facts into arrays, ``similarity`` compares, ``ranking`` orders, ``rounds`` plans a month,
``reasons`` says why, ``quality`` measures; every weight stands in ``weights``.
"""
