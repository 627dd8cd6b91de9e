"""The host as a whole: what a release can change beside its own files."""
