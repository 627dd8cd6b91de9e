"""The CMDB in the store: what deployments proved of configuration items, beside the events it follows from."""
