"""The release plan and what reading and checking it adds: checks, waves, targets, and the effective plan that is approved."""
