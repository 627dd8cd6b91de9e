"""Figures from the records of deployments."""
