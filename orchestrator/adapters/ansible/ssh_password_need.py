"""What Ansible's own runs need to log in with a password: SSH_ASKPASS from ansible-core 2.19 on, before that `sshpass`."""

import shutil
from collections.abc import Callable, Iterable, Iterator

from orchestrator.adapters.ansible.installation import AnsibleInstallation, own_installation
from orchestrator.domain.plan.target import Target

ASKS_FROM = (2, 19)
"""The series from which on Ansible gives a password by OpenSSH's own SSH_ASKPASS."""


def needs_sshpass(installation: AnsibleInstallation | None) -> bool:
    """Whether its runs take passwords of ssh by sshpass alone; None: orch's own Ansible."""
    return (installation or own_installation()).series < ASKS_FROM


def password_faults(
    targets: Iterable[Target],
    installation: AnsibleInstallation | None,
    which: Callable[[str], str | None] = shutil.which,
) -> Iterator[str]:
    """A sentence where hosts have a password of ssh and a run of this Ansible could not give it."""
    hosts = [target.host for target in targets if target.password_login]
    if hosts and needs_sshpass(installation) and which("sshpass") is None:
        version = (installation or own_installation()).core_version
        yield (
            f"host {hosts[0]}: ansible_password is set, and ansible-core {version} gives a password to ssh by sshpass, which "
            "is not installed: install it (apt install sshpass), use ansible-core 2.19 or later, or give the login a key"
        )
