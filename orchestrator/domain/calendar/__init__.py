"""Times in which deployments may run: windows, recurrence, local time, and the schedule of change."""
