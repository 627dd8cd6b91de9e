"""Verbs that start, steer and stop deployments."""
