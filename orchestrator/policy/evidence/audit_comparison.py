"""Compares a machine with what is recorded of it: item by item, with the newest state that has a word on the item."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem, Difference
from orchestrator.domain.evidence.cmdb_audit import AuditFinding
from orchestrator.policy.evidence.changes_seen import bounded
from orchestrator.policy.evidence.drift import compare
from orchestrator.policy.evidence.recorded_state import RecordedMachine, RecordedState

FINDINGS_OF_A_HOST = 100
"""Items of one host that the journal lists."""
CHANGES_OF_AN_ITEM = 20
ItemOfHost = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """A recorded state of a machine, what was captured then, and what was captured of the same scope now."""

    state: RecordedState
    recorded: Baseline
    now: Baseline


@dataclass(frozen=True, slots=True)
class AcceptedItem:
    """An item as a person accepted it; None where it is to be absent."""

    at: datetime
    by: str
    item: ConfigurationItem | None


@dataclass(frozen=True, slots=True)
class Drifted:
    """An item that is not as expected: its differences, the look that shows it, and who accepted another value of it."""

    look: Look
    kind: str
    name: str
    differences: tuple[Difference, ...]
    accepted_by: str | None


@dataclass(frozen=True, slots=True)
class MachineComparison:
    """What is not as expected on a machine, how many items were compared, and why the comparison is not a whole one."""

    drifted: tuple[Drifted, ...]
    items: int
    reason: str
    blind: tuple[str, ...]


def compare_machine(
    machine: RecordedMachine, looks: Sequence[Look], accepted: Mapping[ItemOfHost, AcceptedItem]
) -> MachineComparison:
    """Compare each item with the newest state that has a word on it; of the others nothing is said."""
    drifted: list[Drifted] = []
    reasons: list[str] = []
    items = 0
    for look in looks:
        expected = _expected(look, accepted)
        comparison = compare(expected, look.now)
        if comparison.inconclusive is not None:
            reasons.append(comparison.inconclusive)
            continue
        drifted += _drifted(machine, look, comparison.differences, accepted)
        items += sum(machine.decisive(item.kind, item.name) == look.state for item in expected.items)
    return MachineComparison(tuple(drifted), items, "; ".join(reasons), tuple(_blind(looks)))


def findings_of(drifted: Iterable[Drifted], captures: Mapping[int, str]) -> Iterator[AuditFinding]:
    """The findings for the journal; `captures` are the digests of the captures, by the identity of the look."""
    for each in drifted:
        yield AuditFinding.of_valid(
            kind=each.kind,
            name=each.name,
            changes=tuple(map(bounded, each.differences[:CHANGES_OF_AN_ITEM])),
            deployment=each.look.state.deployment,
            accepted_by=each.accepted_by,
            capture=captures[id(each.look)],
        )


def item_of(baseline: Baseline, kind: str, name: str) -> ConfigurationItem | None:
    """The item of this kind and name; None where it is not listed, or recorded as absent."""
    listed = next((item for item in baseline.items if (item.kind, item.name) == (kind, name)), None)
    return listed if listed is not None and listed.attributes.get("exists") is not False else None


def _drifted(
    machine: RecordedMachine,
    look: Look,
    differences: Sequence[Difference],
    accepted: Mapping[ItemOfHost, AcceptedItem],
) -> Iterator[Drifted]:
    for (kind, name), changes in groupby(differences, key=lambda each: (each.kind, each.name)):
        if machine.decisive(kind, name) == look.state:
            word = accepted.get((kind, name))
            by = word.by if word is not None and word.at > look.state.at else None
            yield Drifted(look, kind, name, tuple(changes), by)


def _expected(look: Look, accepted: Mapping[ItemOfHost, AcceptedItem]) -> Baseline:
    """What was recorded, with what people accepted since, under the name that the machine has now."""
    since = {key: word.item for key, word in accepted.items() if word.at > look.state.at}
    kept = [item for item in look.recorded.items if (item.kind, item.name) not in since]
    items = (*kept, *(item for item in since.values() if item is not None))
    return look.recorded.model_copy(update={"host": look.now.host, "items": items})


def _blind(looks: Iterable[Look]) -> Iterator[str]:
    cuts = (cut for look in looks for cut in (*look.recorded.cuts, *look.now.cuts))
    yield from dict.fromkeys("unit" if cut.kind == "what runs" else cut.kind for cut in cuts)
