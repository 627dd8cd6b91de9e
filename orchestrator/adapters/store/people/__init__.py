"""People of the service in the store: what lets them in, and what was refused."""
