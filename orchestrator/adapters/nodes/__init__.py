"""Hands on other machines: what a driver asks the nodes of a zone for, and how a node does it (docs/adr/0118)."""
