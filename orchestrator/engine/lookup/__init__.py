"""Reads the state of deployments: lookups, snapshots, and the facts that admission needs."""
