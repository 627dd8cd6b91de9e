"""Use cases; all I/O goes through ports.py."""
