"""What must be known of deployments that cannot be read, so that others go on safely: used approvals, and starts."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.plan.machines import marks_of
from orchestrator.engine.lookup.snapshots import Survey
from orchestrator.engine.ports import Journal

_NONCE = re.compile(r"[0-9a-f]{32,}")
_STARTED = "window_opened"
_ENVIRONMENT = re.compile(r'"environment":"([^"]+)"')
_SCOPES = re.compile(r'"environments":\[([^\]]*)\]')
_MACHINE = re.compile(r'"machine_id":"([^"]+)"')
_HOST_KEY = re.compile(r'"(SHA256:[^"]+)"')


class Traces(NamedTuple):
    """Of deployments that cannot be read: every nonce in their rows counts as used, and every start counts for every policy."""

    nonces: frozenset[str] = frozenset()
    starts: tuple[datetime, ...] = ()


def traces_of(journal: Journal, deployments: Iterable[str]) -> Traces:
    """The traces of these deployments, from their rows as they are."""
    rows = [row for name in deployments for row in journal.read_raw(name)]
    nonces = frozenset(nonce for row in rows for nonce in _NONCE.findall(row.body))
    starts = (_moment(row) for row in rows if row.kind == _STARTED)
    return Traces(nonces, tuple(moment for moment in starts if moment is not None))


class MachineTraces(NamedTuple):
    """Of a deployment that cannot be read: its environment, whether that is live or a policy names it, its machines."""

    environment: str
    live: bool
    named: bool
    marks: frozenset[str]


def machine_traces(journal: Journal, deployment: str) -> MachineTraces:
    """What its rows still say of its machines; empty fields where they say nothing."""
    text = "\n".join(row.body for row in journal.read_raw(deployment))
    environment = next(iter(_ENVIRONMENT.findall(text)), "")
    named = any(f'"{environment}"' in names for names in _SCOPES.findall(text))
    marks = marks_of(_MACHINE.findall(text), _HOST_KEY.findall(text))
    return MachineTraces(environment, '"class_":"live"' in text, named, marks)


def unreadable_words(survey: Survey) -> list[str]:
    """A line for each deployment that cannot be read: what it is, and what still holds."""
    return [
        f"{name} cannot be read and is passed over; machines that it holds stay held (orch locks). {reason}"
        for name, reason in survey.unreadable.items()
    ]


def _moment(row: RawEvent) -> datetime | None:
    try:
        moment = datetime.fromisoformat(row.at)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
