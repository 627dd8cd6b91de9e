"""orch: release plans driven through Ansible, verified, backed out when they fail, and recorded."""

__version__ = "0.1.0"
