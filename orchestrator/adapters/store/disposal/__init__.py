"""Disposal of records: rows, files beside the journal, and the bytes that a database keeps of what was deleted."""
