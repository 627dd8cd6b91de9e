"""Verbs that look: status, lists, locks, records and baselines."""
