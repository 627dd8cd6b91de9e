"""Rules of the CMDB: what a deployment proves of configuration items, and what follows from all facts together."""
