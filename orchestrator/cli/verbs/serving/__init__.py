"""Commands of the service for a team."""
