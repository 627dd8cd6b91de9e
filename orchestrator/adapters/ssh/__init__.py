"""Everything orch itself asks of hosts, over ssh; by OpenSSH's own program."""

from orchestrator.adapters.ssh.login import Logins
from orchestrator.adapters.ssh.targets import SshTargets

__all__ = ["Logins", "SshTargets"]
