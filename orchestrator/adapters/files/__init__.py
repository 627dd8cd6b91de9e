"""Files that people write: plans, policies and models in YAML, and the definitive media library."""
