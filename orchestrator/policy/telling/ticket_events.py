"""What events of change tickets say."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.policy.telling.teller import Telling, at, telling_of, wave_name
from orchestrator.policy.telling.words.ticket_words import SYSTEM_NAMES, TROUBLE_WORDS, lacks_words

_DID = {
    "intended": "is to be opened",
    "not opened": "was not opened",
    "opened": "was opened",
    "found": "was opened before",
    "updated": "was updated",
}


@telling_of.register
def _opened(event: e.TicketOpened, d: Deployment, counts: Counts) -> Telling:
    plan = f"{event.release} {event.version} to {event.environment} (effective plan {event.effective[:12]})"
    name = f"change {event.number}" if event.number else "a change"
    return Telling(
        at("ticket", f"{name} {_DID[event.did]} in {SYSTEM_NAMES[event.system]} for {plan}, by {event.by}")
    )


@telling_of.register
def _seen(event: e.TicketSeen, d: Deployment, counts: Counts) -> Telling:
    step = (
        wave_name(d, event.wave) if event.step == "wave" and event.wave is not None else f"the {event.step}"
    )
    number = event.number or "the change"
    if not event.lacks:
        return Telling(at("ticket", f"{number} carries {step}: {event.state}"), beside=True)
    although = "; the backout goes on all the same" if event.step == "backout" else ""
    words = f"{number} does not carry {step}: {lacks_words(event.lacks)}{although}"
    return Telling(at("ticket", words), beside=True)


@telling_of.register
def _owed(event: e.DeliveryOwed, d: Deployment, counts: Counts) -> Telling:
    words = (
        f"{event.number} was not told the result ({event.result}): {TROUBLE_WORDS[event.trouble]}; it is owed"
    )
    return Telling(at("ticket", words), beside=True)


@telling_of.register
def _delivered(event: e.Delivered, d: Deployment, counts: Counts) -> Telling:
    how = "closed" if event.did == "closed" else "told the result, and left open or as it was"
    return Telling(at("ticket", f"{event.number} {how}: {event.result}"), beside=True)
