"""A release through its environments: what came of it in each, and what differs between them."""
