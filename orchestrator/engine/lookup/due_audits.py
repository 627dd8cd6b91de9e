"""Which environments owe an audit of their configuration records, by what their files say now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED
from orchestrator.engine.lookup.place import known_to_files
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError
from orchestrator.policy.calendar.audits_due import audit_due, last_whole, may_begin
from orchestrator.policy.evidence.audit_history import history_of


@dataclass(frozen=True, slots=True)
class DueAudit:
    """An environment whose file asks for audits: when the next is due, whether it may begin now, and when the last one was.

    `fault`: why nobody can say, such as a file at fault; then the rest says nothing.
    """

    environment: str
    due: datetime
    begin: bool
    last: datetime | None
    fault: str = ""


def audits_due(ports: Ports, now: datetime) -> list[DueAudit]:
    """Every environment to which something was deployed and whose audit is due now. Each file is read as it is now."""
    return [each for each in _audits(ports, now) if each.due <= now]


def _audits(ports: Ports, now: datetime) -> Iterator[DueAudit]:
    there: dict[str, list[Brief]] = {}
    for brief in briefs(ports.journal):
        if brief.over and brief.state not in NEVER_TOUCHED:
            there.setdefault(brief.environment, []).append(brief)
    audits = list(history_of(ports.journal.read(HOUSE)).audits.values()) if there else []
    for environment, newest_first in sorted(there.items()):
        try:
            every = _every(ports, environment, newest_first)
        except OrchError as fault:
            yield DueAudit(environment, now, begin=False, last=None, fault=str(fault))
            continue
        if every is not None:
            first = min(brief.ended_at or brief.last_at for brief in newest_first)
            due, last = audit_due(audits, environment, every, first), last_whole(audits, environment)
            begin = may_begin(audits, environment, due, now)
            yield DueAudit(environment, due, begin, last.began if last is not None else None)


def _every(ports: Ports, environment: str, newest_first: Sequence[Brief]) -> float | None:
    place = known_to_files(ports, folded(ports.journal, newest_first[0].id))
    binding = place.binding(environment)
    return binding.audit.every if binding is not None and binding.audit is not None else None
