"""A team's machines under faults: servers, workers and nodes as processes in networks of their own, PostgreSQL between them."""
