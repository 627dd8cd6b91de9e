"""Decides what `orch init` proposes for a tree that was read: a plan, a backout, and what both of them keep."""
