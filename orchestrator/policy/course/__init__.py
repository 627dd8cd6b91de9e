"""The next step of a deployment: the steps, limits and waves, and the scope of a backout."""
