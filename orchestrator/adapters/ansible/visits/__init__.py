"""Visits to hosts without ssh: their questions go through Ansible's own modules, in a run of their own."""

from orchestrator.adapters.ansible.visits.targets import AnsibleTargets

__all__ = ["AnsibleTargets"]
