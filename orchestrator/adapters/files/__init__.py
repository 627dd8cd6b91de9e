"""What people write and keep in files: release plans in YAML, and the definitive media library."""
