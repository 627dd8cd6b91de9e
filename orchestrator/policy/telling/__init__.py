"""How a deployment is told: its timeline, its summary, and the schedule in words."""
