"""Faults on real hosts, while the command line deploys to them as a person would."""
