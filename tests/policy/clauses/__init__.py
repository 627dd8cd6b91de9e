"""Evidence by clause."""
