"""What a run is shut off by: a container of an image, or a mount namespace without orch's home (docs/adr/0108)."""
