"""What a town's profile consists of: ten sections with their fields, what may stand in them, and who may read it.

Pure: values in, values out; no database, no request, no clock.
"""
