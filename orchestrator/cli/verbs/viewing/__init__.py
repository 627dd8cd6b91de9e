"""Verbs that show: status, lists, locks, records and baselines."""
