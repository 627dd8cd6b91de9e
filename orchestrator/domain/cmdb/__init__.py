"""The CMDB: configuration items, what deployments proved of them, and what people say of them."""
