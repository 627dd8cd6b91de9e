"""One module for each working state of the lifecycle, each with one `perform`."""
