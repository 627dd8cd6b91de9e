"""The service: what other machines and browsers reach over HTTP."""
