"""Archives of release units: read member by member within limits, never unpacked."""
