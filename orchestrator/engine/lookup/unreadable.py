"""What must be known of deployments that cannot be read, so that others go on safely: used approvals, and starts."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.engine.lookup.snapshots import Survey
from orchestrator.engine.ports import Journal

_NONCE = re.compile(r"[0-9a-f]{32,}")
_STARTED = "window_opened"


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
