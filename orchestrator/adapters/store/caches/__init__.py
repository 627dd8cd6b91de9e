"""Caches next to the journal, which can be deleted."""
