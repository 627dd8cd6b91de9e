"""The pages of README and docs/, held to what orch does: their commands are run, and the others at least read."""
