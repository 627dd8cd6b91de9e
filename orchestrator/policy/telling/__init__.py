"""How a deployment is reported: its timeline, its summary, and the schedule in words."""
