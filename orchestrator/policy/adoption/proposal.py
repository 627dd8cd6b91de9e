"""What `orch init` proposes for one playbook and one inventory: names, paths and figures, before they are text."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orchestrator.domain.adoption.awx_export import Launch
from orchestrator.domain.adoption.tree_reading import PlaybookReading

_PLACES = ("hosts", "inventory", "inventories", "environments", "host")
_WORDLESS = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose, or what the order of the tree chose for them."""

    name: str
    version: str
    playbook: str
    inventory: str
    dynamic: bool
    person: str
    hosts: tuple[str, ...]
    unit: tuple[str, str]
    """The path and the digest of what stands for the release where no copied file does."""
    ignored: tuple[str, ...] = ()
    own_deploy: bool = False
    """Whether the deploy playbook is called after the release: several releases have one playbook."""
    no_hosts: str = ""
    """Why Ansible names no host."""
    connection: str = ""
    """How Ansible reaches the hosts where none has ssh, as the inventory names it; empty where one has."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reading with a choice, and where each file goes."""

    reading: PlaybookReading
    choice: Choice
    launch: Launch = field(default_factory=Launch)

    @property
    def plan_path(self) -> str:
        """The release plan."""
        return f"plans/{self.choice.name}.yml"

    @property
    def backout_path(self) -> str:
        """The backout playbook."""
        return f"rollback/{self.choice.name}.yml"

    @property
    def changes_path(self) -> str:
        """The list of what the playbook changes, which deploy and backout share."""
        return f"rollback/{self.choice.name}-changes.yml"

    @property
    def program_path(self) -> str:
        """The program that keeps and puts back, on the hosts."""
        return "rollback/files/what_was_here.py"

    @property
    def deploy_path(self) -> str:
        """Beside the tree's own playbook, so that what Ansible finds beside a playbook is the same."""
        own = PurePosixPath(self.choice.playbook)
        if self.choice.connection:
            return str(own)  # nothing of orch's runs on hosts without ssh
        return str(own.with_name(f"orch-{f'{self.choice.name}.yml' if self.choice.own_deploy else own.name}"))

    @property
    def environment(self) -> str:
        """The inventory's name."""
        path = PurePosixPath(self.choice.inventory)
        words = [path.stem, path.parent.name]
        return next((named(word) for word in words if word and word not in _PLACES), "default")

    def from_deploy(self, path: str) -> str:
        """A path of the project as it is written in the deploy playbook."""
        return posixpath.relpath(path, posixpath.dirname(self.deploy_path) or ".")


def named(text: str) -> str:
    """A name of letters, digits, dots and dashes that a release may have."""
    return _WORDLESS.sub("-", text).strip("-._")[:60] or "release"
