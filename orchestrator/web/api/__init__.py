"""The API, version 1: what pages and commands show and say, as JSON (docs/api.md)."""
