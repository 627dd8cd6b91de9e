"""What changed on which hosts, for the page: hosts with equal changes once, with the text of files where it was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.change_groups import ItemChange
from orchestrator.policy.telling.words.change_words import GROUPS_SHOWN, items_of

Diffs = Mapping[tuple[str, str], Sequence[str]]
"""By host and path: the unified diff of a text file, if the baselines kept its content."""


@dataclass(frozen=True, slots=True)
class ItemOfGroup:
    """A configuration item that changed on every host of a group, with its attributes, and its content as a diff."""

    kind: str
    name: str
    attributes: tuple[ItemChange, ...]
    diff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupShown:
    """Hosts on which exactly the same changed; `more` changes are not listed."""

    hosts: tuple[str, ...]
    items: tuple[ItemOfGroup, ...]
    more: int


def change_groups(d: Deployment, diffs: Diffs) -> list[GroupShown]:
    """The groups of a deployment; equal changes make equal files, so the first host's text stands for all."""
    return [
        GroupShown(
            group.hosts,
            tuple(
                ItemOfGroup(
                    kind,
                    name,
                    tuple(changes),
                    tuple(diffs.get((group.hosts[0], name), ())) if kind == "file" else (),
                )
                for (kind, name), changes in items_of(group).items()
            ),
            group.more,
        )
        for group in d.changes.groups[:GROUPS_SHOWN]
    ]
