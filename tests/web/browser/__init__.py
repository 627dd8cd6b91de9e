"""Pages of the service as people see and use them, in a real browser."""
