"""A backup of a home in one file, and its restoration."""
