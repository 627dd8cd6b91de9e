"""Adapters implement the engine's ports, one library each; they do not import one another."""
