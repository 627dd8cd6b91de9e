"""Ansible: attempts in detached workers, the evidence they leave, inspection and lint of what a user brings."""
