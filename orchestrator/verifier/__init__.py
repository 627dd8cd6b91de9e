"""A program of one file that verifies sealed records and shares no code with orch."""
