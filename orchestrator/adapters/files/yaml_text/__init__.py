"""Reads YAML as people write it, within limits, with line numbers and readable faults."""
