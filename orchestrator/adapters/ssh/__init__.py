"""Everything orch itself asks of hosts, over ssh; the only owner of paramiko."""

from orchestrator.adapters.ssh.targets import SshTargets

__all__ = ["SshTargets"]
