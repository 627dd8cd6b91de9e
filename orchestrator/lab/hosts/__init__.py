"""The hosts of a lab: make, look at, break and remove them."""
