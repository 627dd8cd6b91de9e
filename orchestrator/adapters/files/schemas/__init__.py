"""JSON Schemas of plans, policies and models, for editors."""
