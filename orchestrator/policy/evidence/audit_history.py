"""What audits have found so far: which findings are open, and what people accepted. A fold of the journal of the house."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from orchestrator.domain.evidence.cmdb_audit import COMPARED, AuditFinding, HostAudit
from orchestrator.domain.journal import events as e

ItemKey = tuple[str, str, str]
"""Machine, kind and name of an item."""
Settled = Literal["as_recorded", "accepted", "machine_replaced"]


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit; `ended` is None while it is under way, and for good where it was broken off."""

    id: str
    began: datetime
    environments: tuple[str, ...]
    asked: tuple[str, ...]
    whole: bool
    timer: bool
    by: str
    ended: datetime | None = None
    hosts: tuple[HostAudit, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """An item that was found otherwise than recorded: since when, and how it was settled, if it was.

    `finding` is how the newest audit found it, `audit` that audit.
    """

    machine_id: str
    environment: str
    host: str
    finding: AuditFinding
    audit: str
    since: datetime
    until: datetime | None = None
    how: Settled | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A person's word that an item is as it should be, and when it was said."""

    at: datetime
    word: e.DriftAccepted


@dataclass(slots=True)
class AuditHistory:
    """Audits by id, oldest first; open findings and accepted items by machine and item; findings that were settled."""

    audits: dict[str, Audit] = field(default_factory=dict)
    open: dict[ItemKey, KnownFinding] = field(default_factory=dict)
    accepted: dict[ItemKey, Accepted] = field(default_factory=dict)
    settled: list[KnownFinding] = field(default_factory=list)

    def accepted_of(self, machine_id: str) -> dict[tuple[str, str], Accepted]:
        """What was accepted of one machine, by kind and name."""
        return {key[1:]: each for key, each in self.accepted.items() if key[0] == machine_id}


def history_of(records: Iterable[e.Recorded]) -> AuditHistory:
    """The history after these records of the house."""
    history = AuditHistory()
    for record in records:
        match record.event:
            case e.CmdbAuditBegan() as began:
                history.audits[began.audit] = _begun(began, record.at)
            case e.CmdbAudited() as ended if ended.audit in history.audits:
                _end(history, ended, record.at)
            case e.DriftAccepted() as word:
                key = (word.machine_id, word.item_kind, word.item_name)
                history.accepted[key] = Accepted(record.at, word)
                _settle(history, key, record.at, "accepted")
            case _:
                pass
    return history


def _begun(event: e.CmdbAuditBegan, at: datetime) -> Audit:
    return Audit(event.audit, at, event.environments, event.hosts, event.whole, event.timer, event.by)


def _end(history: AuditHistory, event: e.CmdbAudited, at: datetime) -> None:
    audit = history.audits[event.audit]
    hosts = tuple(
        sorted((*event.hosts, *_as_recorded(event)), key=lambda host: (host.host, host.environment))
    )
    history.audits[event.audit] = replace(audit, ended=at, hosts=hosts, remarks=event.remarks)
    for host in hosts:
        if host.result in COMPARED:
            _compared(history, host, event.audit, at)


def _as_recorded(event: e.CmdbAudited) -> Iterator[HostAudit]:
    for group in event.as_recorded:
        for host, machine in group.machines.items():
            yield HostAudit.of_valid(
                host=host,
                environment=group.environment,
                result="as_recorded",
                machine_id=machine,
                items=group.items,
                deployments=group.deployments,
                blind=group.blind,
            )


def _compared(history: AuditHistory, host: HostAudit, audit: str, at: datetime) -> None:
    now = {(host.machine_id, each.kind, each.name): each for each in host.findings}
    for key, known in list(history.open.items()):
        same_name = (known.environment, known.host) == (host.environment, host.host)
        if same_name and key[0] != host.machine_id:
            _settle(history, key, at, "machine_replaced")
        elif key[0] == host.machine_id and key not in now and _was_seen(host, key):
            _settle(history, key, at, "as_recorded")
    for key, finding in now.items():
        before = history.open.get(key)
        since = before.since if before is not None else at
        history.open[key] = KnownFinding(host.machine_id, host.environment, host.host, finding, audit, since)


def _was_seen(host: HostAudit, key: ItemKey) -> bool:
    """Whether that it is not among the findings means that it is as recorded again."""
    return not host.more and not host.reason and key[1] not in host.blind


def _settle(history: AuditHistory, key: ItemKey, at: datetime, how: Settled) -> None:
    known = history.open.pop(key, None)
    if known is not None:
        history.settled.append(replace(known, until=at, how=how))
