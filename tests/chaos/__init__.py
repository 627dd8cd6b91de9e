"""Chaos: deployments with faults of every kind, judged by oracles that stand outside orch (docs/chaos.md)."""
