"""The release plan and what is known of it once it is read: checks, waves, targets, and the effective plan that is approved."""
