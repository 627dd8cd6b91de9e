"""The base of every noun, and how values are written as text and as bytes."""
