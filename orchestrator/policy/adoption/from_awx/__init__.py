"""Decides what the resources of an AWX export are in orch, and names every field that has no counterpart."""
