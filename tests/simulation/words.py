"""What people said, and failures, bind what comes after: read from the journal alone, so that a restart changes nothing."""

from orchestrator.domain import events as e
from orchestrator.domain.events import Recorded


def against_words(records: list[Recorded]) -> list[str]:
    """New work after an abort, a failure, a pause or an emergency stop that nobody has answered."""
    standing: dict[str, str] = {}
    found = []
    for event in (record.event for record in records):
        match event:
            case e.AttemptIntended():
                found += [
                    f"{event.attempt} was begun after {why}"
                    for what, why in standing.items()
                    if _binds(what, event)
                ]
            case e.AbortRequested():
                standing["abort"] = "an abort"
                standing.pop("pause", None)
            case e.WaveFailed() | e.WaveRejected() | e.EarlyLifeFailed():
                standing["failure"] = f"{event.kind}, which nobody answered"
            case e.Retried() | e.Excluded():
                standing.pop("failure", None)
            case e.Paused() | e.ClockJumped():
                standing["pause"] = "a pause"
            case e.Resumed():
                standing.pop("pause", None)
            case e.EmergencyStopped():
                standing["stop"] = "an emergency stop"
            case e.EmergencyLifted():
                standing.pop("stop", None)
                standing["pause"] = "an emergency stop that was lifted and not resumed"
            case _:
                pass
    return found


def _binds(what: str, intent: e.AttemptIntended) -> bool:
    """An abort and a failure forbid deploying; nothing at all may begin while stopped or paused."""
    return what in ("pause", "stop") or intent.purpose == "deploy"
