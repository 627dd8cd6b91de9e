"""What an existing tree says of itself: where its playbook reaches, what its tasks change, and what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThingKind = Literal["file", "folder", "tree", "package", "unit", "user", "group", "sysctl"]
"""What can be kept before a deployment and put back after it."""

DECLARED_GAP = "GAP: "
"""How the name of a task begins that stands for what a backout does not undo yet."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The task that a finding comes from. `file` is relative to the project; `on` is the group of its play, or empty."""

    file: str
    line: int
    module: str
    task: str
    on: str = ""

    @property
    def place(self) -> str:
        """File and line, as people look it up."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that a task changes. `certain`: the task runs on every host of its play and its name has one value."""

    kind: ThingKind
    name: str
    origin: Origin
    certain: bool = False
    state: str = ""
    enabled: bool = False


@dataclass(frozen=True, slots=True)
class DataServer:
    """A server by the names of its packages, a regular expression, and the folders of its data, one for each kind of system."""

    packages: str
    folders: tuple[str, ...]

    @property
    def item(self) -> str:
        """What the baseline calls whether its data is there."""
        return f"data in {' or '.join(self.folders)}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A task of which nobody can tell from its text what it changes, or how that is undone.

    `when`: tests of facts that all hold where the task runs, such as `ansible_facts['os_family'] == 'Debian'`.
    `server`: what keeps it, where that is a server; with one that came with the deployment and went again, it is gone.
    """

    why: str
    origin: Origin
    when: tuple[str, ...] = ()
    server: DataServer | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it is one on every host."""
        return not self.when and self.server is None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a task is known to change that its result does not name, as a plan declares it: `file: PATH`, `unit: NAME`.

    `nothing`: why it changes nothing that lasts; `changed` is then empty.
    """

    task: str
    changed: str
    origin: Origin
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """A file of the project that a task copies unchanged to a path that is certain: a release unit."""

    artefact: str
    sha256: str
    on_target: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the tree asks its hosts already: a port that is waited for, a page that is fetched."""

    kind: Literal["port", "http"]
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class PlaybookReading:
    """One playbook, read without running anything of it. `hosts` is the pattern of all its plays that reach hosts."""

    playbook: str
    hosts: str
    patterns: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    gaps: tuple[Gap, ...] = ()
    claims: tuple[Claim, ...] = ()
    carried: tuple[Carried, ...] = ()
    asked: tuple[Asked, ...] = ()
    delegates: tuple[str, ...] = ()
    injected_facts: tuple[str, ...] = ()
    remote_user: str = ""

    def named(self, *kinds: ThingKind) -> list[Change]:
        """The first change of each thing of these kinds, in the order of the playbook."""
        firsts: dict[str, Change] = {}
        for change in self.changes:
            if change.kind in kinds:
                firsts.setdefault(change.name, change)
        return list(firsts.values())


@dataclass(frozen=True, slots=True)
class Inventory:
    """A place of the project that Ansible could take for its hosts. `dynamic`: it is a program or names a plugin."""

    path: str
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class TreePlaces:
    """What a tree offers: playbooks that reach hosts, inventories, the best of each first, and what stands already."""

    playbooks: tuple[str, ...]
    inventories: tuple[Inventory, ...]
    is_role: bool = False
    ignored: tuple[str, ...] = ()
