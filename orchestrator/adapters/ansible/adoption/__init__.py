"""Reads an existing Ansible tree for `orch init`, from its text alone: nothing of it is run."""
