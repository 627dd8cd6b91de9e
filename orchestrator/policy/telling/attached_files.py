"""The files that people attached to their words: each with what it shows, whose it is, and where it was kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling.teller import attempt_of, wave_name


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file: `about` is a manual step or an objective; `host` is the machine on which the word was said."""

    file: Attachment
    about: str
    by: str
    role: str
    at: datetime
    host: str | None


def attached_files(d: Deployment, records: Iterable[Recorded]) -> tuple[AttachedFile, ...]:
    """Every attached file, in the order of the journal; those of measurements that newer ones replaced too."""
    return tuple(
        AttachedFile(
            file,
            _about(d, record.event),
            record.event.by,
            record.event.role or "",
            record.at,
            record.event.spoken.speaker.host if record.event.spoken is not None else None,
        )
        for record in records
        if isinstance(record.event, e.StepAnswered | e.ObjectiveMeasured)
        for file in record.event.attached
    )


def _about(d: Deployment, event: e.StepAnswered | e.ObjectiveMeasured) -> str:
    if isinstance(event, e.ObjectiveMeasured):
        return f"objective {event.number + 1}"
    attempt = attempt_of(d, event.attempt)
    back = ", taken back" if attempt.purpose == "backout" else ""
    return f"{wave_name(d, attempt.wave)}{back}, {event.result}"
