"""Who allows a deployment: requests for change, approvals, keys, rehearsal certificates, and what admission answers."""
