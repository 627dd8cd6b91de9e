"""Faults and weaknesses of plans and policies before anything runs, and the digests of what would run."""
