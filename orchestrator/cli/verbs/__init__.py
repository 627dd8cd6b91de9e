"""The verbs of the command line: plan and schedule, drive, view."""
