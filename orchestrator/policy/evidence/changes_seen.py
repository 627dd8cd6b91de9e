"""Groups hosts by what changed on them, in few enough words for the journal; the captures hold all of it."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.evidence.baseline import AttributeValue, Difference
from orchestrator.domain.evidence.change_groups import ChangeGroup, ItemChange

CHANGES_OF_A_HOST = 200
"""Changes of one host that the journal lists."""
LONGEST = 300
"""Characters of a value that the journal keeps."""


def grouped(hosts: Iterable[str], differences: Iterable[Difference]) -> tuple[ChangeGroup, ...]:
    """Every host in one group: with all hosts of exactly the same changes, compared in full."""
    by_host: dict[str, list[Difference]] = {host: [] for host in hosts}
    for each in differences:
        by_host[each.host].append(each)
    alike: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for host, changes in by_host.items():
        alike.setdefault(tuple(map(_content, changes)), []).append(host)
    return tuple(_group(names, by_host[names[0]]) for names in alike.values())


def _content(change: Difference) -> tuple[object, ...]:
    """With the types: True equals 1 in Python, and not on a host."""
    values = (change.before, change.after)
    return (change.kind, change.name, change.attribute, *values, *(type(value).__name__ for value in values))


def _group(hosts: Sequence[str], changes: Sequence[Difference]) -> ChangeGroup:
    return ChangeGroup.of_valid(
        hosts=tuple(hosts),
        changes=tuple(bounded(change) for change in changes[:CHANGES_OF_A_HOST]),
        more=max(0, len(changes) - CHANGES_OF_A_HOST),
    )


def bounded(change: Difference) -> ItemChange:
    """One change without its host, its values cut."""
    return ItemChange.of_valid(
        kind=change.kind,
        name=change.name,
        attribute=change.attribute,
        before=_short(change.before),
        after=_short(change.after),
    )


def _short(value: AttributeValue) -> AttributeValue:
    return f"{value[: LONGEST - 1]}…" if isinstance(value, str) and len(value) > LONGEST else value
