"""Plans before they run: checked against what they name, and checked again before they start."""
