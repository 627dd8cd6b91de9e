"""The playbook tree of a project: which files belong to it, and their digests."""
