"""One library each, strangers to one another; each implements ports of the engine."""
