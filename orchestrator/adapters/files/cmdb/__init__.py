"""Files with configuration items: CSV and JSON, which are read as they are written."""
