"""Hints: a playbook in check mode, in a run of its own that no journal knows and of which nothing stays."""

from orchestrator.adapters.ansible.hints.runs import AnsibleHints

__all__ = ["AnsibleHints"]
