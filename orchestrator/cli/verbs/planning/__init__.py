"""Verbs for plans, rules, the schedule, keys and signed decisions."""
