"""An export of AWX (`awx export`): its tree, and what was found about each of its fields.

The format is that of awxkit: lists of resources by kind, references as natural keys, and under `related` what belongs to a
resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Tree = str | int | float | bool | list["Tree"] | dict[str, "Tree"] | None
TreePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class AwxExport:
    """One export. `variables` has the mapping in each text that holds variables, by its path; None where it is none."""

    file: str
    tree: Mapping[str, Tree]
    variables: Mapping[TreePath, dict[str, Tree] | None]


class AwxOutcome(StrEnum):
    """What became of a field."""

    TRANSLATED = "translated"
    PERSON = "for a person"
    LEFT_OUT = "not translated"
    EMPTY = "empty"


class AwxReason(StrEnum):
    """Why a field is not simply translated; the words are made where it is shown."""

    NO_NOUN = "no noun"
    KIND = "kind"
    SECRET = "secret"  # noqa: S105 - a code
    UNREADABLE = "unreadable variables"
    INVISIBLE = "invisible characters"
    CREDENTIAL = "credential"
    SOURCE = "inventory source"
    OTHER_PROJECT = "other project"
    NO_PLAYBOOK = "playbook not here"
    NOT_A_RUN = "not a run"
    NO_INVENTORY = "no inventory"
    NO_HOSTS = "no hosts"
    ASKED = "asked at launch"
    ANSWER = "answer needed"
    LIMIT = "limit of several terms"
    BRANCH = "branch"
    BECOME = "become"
    VERBOSITY = "verbosity"
    SLICES = "slices"
    IMAGE = "execution environment"
    SCHEDULE = "schedule"
    CHANNEL = "channel"
    OTHER_CHANNEL = "other channel"
    ORDER = "order"
    BRANCHES = "branches"
    OVERRIDE = "override of a node"
    DISABLED = "disabled host"


@dataclass(frozen=True, slots=True)
class AwxFinding:
    """What became of one field of one resource. It never holds a value that could be a secret."""

    resource: str
    place: TreePath
    outcome: AwxOutcome
    reason: AwxReason | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a job template launched its playbook, in the nouns of a plan. `notes` are comments at the head of the plan."""

    hosts: str = ""
    variables: Mapping[str, Tree] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    forks: int = 0
    run_timeout: int = 0
    approvers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
