"""The commands of `orch evidence`."""
