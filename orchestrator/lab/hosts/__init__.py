"""The hosts of a lab: how they are made, look, fail and go."""
