"""What orch puts into the process of a run beside its callback plugin, which loads these files by their paths."""
