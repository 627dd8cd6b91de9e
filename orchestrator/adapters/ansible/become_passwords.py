"""Passwords of logins and to become root, as an inventory or ansible.cfg gives them; they are kept in memory alone."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.domain.plan.inspection import BecomeSecret

_METHODS: dict[str, Literal["sudo", "su"]] = {"sudo": "sudo", "su": "su"}
_NAMED = re.compile(rb"\bansible_(?:become_pass(?:word)?|sudo_pass|su_pass|ssh_pass(?:word)?|password)\b")
_MOST = 1 << 20
VARIABLES = ("ansible_become_password", "ansible_become_pass", "ansible_sudo_pass", "ansible_su_pass")
"""The variables that have one, the first that is set first."""


def become_secrets(hosts: Iterable[Mapping[str, Any]]) -> dict[str, BecomeSecret]:
    """The password of each host that has one, and whose method orch's own visits know; by the inspector's report."""
    return {
        host["host"]: BecomeSecret(method=_METHODS[method], password=host["become_password"])
        for host in hosts
        if host.get("become_password")
        for method in [str(host.get("become_method") or "sudo").rpartition(".")[2]]
        if method in _METHODS
    }


def login_secrets(hosts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The password of ssh of each host that has one."""
    return {host["host"]: host["ssh_password"] for host in hosts if host.get("ssh_password")}


def names_passwords(project: Path, inventory: Path) -> bool:
    """Whether anything gives passwords of hosts, as far as names show it without Ansible."""
    settings = configuration(project)
    if any(("defaults", f"{name}_password_file") in settings for name in ("become", "connection")):
        return True
    place = project / inventory
    folders = [place.parent / name for name in ("group_vars", "host_vars")]
    files = [place, *(path for folder in (place, *folders) if folder.is_dir() for path in folder.rglob("*"))]
    return any(_names(path) for path in files if path.is_file())


def _names(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _NAMED.search(file.read(_MOST)) is not None
    except OSError:
        return False
