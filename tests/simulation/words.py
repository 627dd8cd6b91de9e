"""What people said, and failures, bind what comes after: read from the journal alone, so that a restart changes nothing."""

from orchestrator.domain.journal.events import AttemptIntended, Recorded

FAILURE = "a failure that nobody answered"
SETS: dict[str, dict[str, str]] = {
    "abort_requested": {"abort": "an abort"},
    "wave_failed": {"failure": FAILURE},
    "wave_rejected": {"failure": FAILURE},
    "early_life_failed": {"failure": FAILURE},
    "paused": {"pause": "a pause"},
    "clock_jumped": {"pause": "a clock that was set"},
    "emergency_stopped": {"stop": "an emergency stop"},
    "emergency_lifted": {"pause": "an emergency stop that was lifted and not resumed"},
}
LIFTS = {
    "abort_requested": "pause",
    "retried": "failure",
    "excluded": "failure",
    "resumed": "pause",
    "emergency_lifted": "stop",
}


def against_words(records: list[Recorded]) -> list[str]:
    """New work after an abort, a failure, a pause or an emergency stop that nobody has answered."""
    standing: dict[str, str] = {}
    breaks = []
    for event in (record.event for record in records):
        if isinstance(event, AttemptIntended):
            bound = [why for what, why in standing.items() if _binds(what, event)]
            breaks += [f"{event.attempt} was begun after {why}" for why in bound]
        standing.pop(LIFTS.get(event.kind, ""), None)
        standing |= SETS.get(event.kind, {})
    return breaks


def _binds(what: str, intent: AttemptIntended) -> bool:
    """An abort and a failure forbid deploying; nothing at all may begin while stopped or paused."""
    return what in ("pause", "stop") or intent.purpose == "deploy"
