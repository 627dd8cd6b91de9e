"""Seals over what was recorded: Merkle trees, signed checkpoints, and what a look at them found."""
