"""What people and timers ask of orch, one file for each request."""
