"""A person disposes of records whose time is over: payloads, salts and files go, what proves the rest of the log stays."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal.disposals import disposals_in
from orchestrator.domain.journal.events import HOUSE, DisposalBegun, DisposalFinished
from orchestrator.domain.rules.environment import LIVE
from orchestrator.domain.seal.findings import SealLook
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.disposed import disposal_named
from orchestrator.engine.lookup.seal_check import refuse_broken_seal
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.private_copies import BESIDE
from orchestrator.engine.project_folder import folder
from orchestrator.engine.speaking import speak_about
from orchestrator.engine.use_cases.retention import USUAL
from orchestrator.errors import Refused, StoreFault
from orchestrator.policy.course.disposal import disposal_objections
from orchestrator.policy.telling.words.disposal_words import disposed_line

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


class _Asked(NamedTuple):
    """A record to dispose of. `d` is None where its events are gone already, and only the end is left."""

    name: str
    size: int
    root: str
    d: Deployment | None


def dispose(ports: Ports, names: Sequence[str], *, by: str, reason: str) -> Sequence[str]:
    """Dispose of these records; what an earlier command began is finished. Returns their ids.

    Raises Refused with everything that is against any of them, before the first is touched; Conflict, StoreFault. A command
    that is killed at any moment is repeated: what is begun is on the journal of the house, and then only the end follows.
    """
    asked = _asked_for(ports, dict.fromkeys(names))
    with ExitStack() as claims:
        for each in asked:
            claims.enter_context(ports.journal.drive_alone(each.name))
        _begin(ports, asked, by, reason)
        for each in asked:
            _remove(ports, each)
    ports.disposals.compact()
    for each in asked:
        _finish(ports, each.name, by)
    return [each.name for each in asked]


def _asked_for(ports: Ports, names: Iterable[str]) -> list[_Asked]:
    asked: dict[str, _Asked] = {}
    objections: list[str] = []
    for name in names:
        gone = disposal_named(ports.journal, name) if name not in ports.journal.deployments() else None
        if gone is None:
            d = find_to_change(ports, name)
            against = disposal_objections(d, ports.clock.now())
            look = SealLook(d.id) if against else _intact_look(ports, d)
            objections += against
            asked[d.id] = _Asked(d.id, look.size, look.root.hex(), d)
        elif gone.finished is None:
            begun = gone.begun
            asked[begun.deployment] = _Asked(begun.deployment, begun.size, begun.root, None)
        else:
            objections.append(disposed_line(gone.begun.deployment, gone.seen))
    if objections:
        raise Refused("\n".join([*objections, "Nothing was disposed of."]))
    return list(asked.values())


def _intact_look(ports: Ports, d: Deployment) -> SealLook:
    """A record that is not what was sealed is evidence of that: a person looks at it first. Raises StoreFault."""
    refuse_broken_seal(ports, d.id)
    look = ports.seals.look(d.id)
    if not look.size:
        raise StoreFault(
            f"Nothing of {d.id} is sealed, so that its disposal would prove nothing: orch record verify {d.id}"
        )
    return look


def _begin(ports: Ports, asked: Sequence[_Asked], by: str, reason: str) -> None:
    """First what is to be cleared is noted, then the house hears of it; a note without that means nothing."""
    begun = disposals_in(ports.journal.read(HOUSE))
    heads = {name: (each.begun.size, each.begun.root) for name, each in begun.items()}
    new = [each for each in asked if each.d is not None and heads.get(each.name) != (each.size, each.root)]
    events = [_event(ports, each.d, each, by, reason) for each in new if each.d is not None]
    there = [each.name for each in asked if each.d is not None]
    for name, digests in _digests_of(ports.journal, there).items():
        ports.disposals.note(name, digests)
    if events:
        append_to_house(ports.journal, *events)


def _event(ports: Ports, d: Deployment, asked: _Asked, by: str, reason: str) -> DisposalBegun:
    policy, brief = d.authority.policy, brief_of(d)
    event = DisposalBegun(
        deployment=d.id,
        size=asked.size,
        root=asked.root,
        release=brief.release,
        version=brief.version,
        began=brief.began_at,
        ended=brief.ended_at or brief.last_at,
        archived=d.retention.archived_at or brief.last_at,
        until=d.retention.until or brief.last_at,
        rule=f"{policy.policy} version {policy.version}" if policy is not None else None,
        retention=policy.retention if policy is not None else USUAL,
        consumed=brief.consumed,
        environment=brief.environment,
        live=brief.environment_class == LIVE,
        named=brief.named_by_policy,
        policy=brief.policy,
        machines=brief.machines,
        by=by,
        reason=reason,
    )
    free = policy.unsigned_words if policy is not None else ()
    return speak_about(ports, event, "record", HOUSE, folder(d.project), free=free)


def _remove(ports: Ports, asked: _Asked) -> None:
    """The rows first: that act is whole or not at all, and refuses a record that grew."""
    ports.disposals.erase(asked.name, asked.size, asked.root)
    ports.disposals.clear(asked.name)
    for copy in ports.authority.copies():
        if copy == asked.name or copy.startswith(asked.name + BESIDE):
            ports.authority.discard(copy)
    ports.storage.give_back(asked.name)


def _finish(ports: Ports, name: str, by: str) -> None:
    """What was noted is cleared by now; the last event is that of the end."""
    ports.disposals.forget(name)
    disposal = disposals_in(ports.journal.read(HOUSE))[name]
    if disposal.finished is None:
        append_to_house(ports.journal, DisposalFinished(deployment=name, begun=disposal.number, by=by))


def _digests_of(journal: Journal, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The digests that each of these records names and no other record does, whatever they are of."""
    own = {name: set(_named(journal, name)) for name in names}
    candidates = set().union(*own.values())
    for other in (HOUSE, *(name for name in journal.deployments() if name not in own)):
        candidates.difference_update(_named(journal, other))
    return {name: sorted(digests & candidates) for name, digests in own.items()}


def _named(journal: Journal, name: str) -> Iterator[str]:
    for row in journal.read_raw(name):
        yield from _DIGEST.findall(row.body)
