"""The one place where a person's word is taken: it says who spoke, and is signed where keys are trusted (docs/authority.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import SignedWord, Spoken, Verb, WordStatement, content_of
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError, Refused
from orchestrator.policy.authority.spoken_words import Heard, against, person_named

VERBS: Mapping[type[object], Verb] = {
    e.DeploymentCancelled: "withdraw",
    e.Paused: "pause",
    e.Resumed: "resume",
    e.HeldOn: "hold",
    e.DeploymentHeld: "hold",
    e.Retried: "retry",
    e.Excluded: "exclude",
    e.Confirmed: "confirm",
    e.StepAnswered: "step",
    e.AbortRequested: "abort",
    e.BackoutBegan: "rollback",
    e.DutyDone: "done",
    e.ObjectiveMeasured: "objective",
    e.ObjectiveAccepted: "objective",
    e.PostReviewOpened: "pir",
    e.PostReviewAnswered: "pir",
    e.SatisfactionGiven: "pir",
    e.ActionAgreed: "pir",
    e.PostReviewClosed: "pir",
    e.ActionDone: "action",
    e.IncidentLinked: "incident",
    e.RecordArchived: "record",
    e.LegalHoldPlaced: "record",
    e.LegalHoldLifted: "record",
    e.SealAccepted: "seal",
}
"""What is said by each event that a person appends to a deployment."""


Sayable = (
    e.Planned
    | e.DeploymentCancelled
    | e.ApprovalGiven
    | e.Reviewed
    | e.RecordClosed
    | e.StartPutOff
    | e.StartMissed
    | e.DriverTook
    | e.Paused
    | e.Resumed
    | e.HeldOn
    | e.DeploymentHeld
    | e.Retried
    | e.Excluded
    | e.Confirmed
    | e.StepAnswered
    | e.AbortRequested
    | e.BackoutBegan
    | e.EmergencyStopped
    | e.EmergencyLifted
    | e.EnvironmentLeft
    | e.PolicyAdopted
    | e.PolicyWithdrawn
    | e.MachineReleased
    | e.BaselineKept
    | e.DutyDone
    | e.ObjectiveMeasured
    | e.ObjectiveAccepted
    | e.PostReviewOpened
    | e.PostReviewAnswered
    | e.SatisfactionGiven
    | e.ActionAgreed
    | e.PostReviewClosed
    | e.ActionDone
    | e.IncidentRecorded
    | e.IncidentLinked
    | e.CriterionAnswered
    | e.AssessmentKept
    | e.CisRecorded
    | e.PeopleChanged
    | e.RecordArchived
    | e.LegalHoldPlaced
    | e.LegalHoldLifted
    | e.SealAccepted
    | e.LogAccepted
    | e.DriftAccepted
    | e.DisposalBegun
)
"""Events that name a person, and hold who spoke."""
S = TypeVar("S", bound=Sayable)


def speak(ports: Ports, event: S, verb: Verb, d: Deployment) -> S:
    """The event of an open deployment as a person says it. Raises Refused with every reason against that."""
    policy = d.authority.policy
    return speak_about(
        ports,
        event,
        verb,
        d.id,
        Path(d.project),
        d=d,
        free=policy.unsigned_words if policy is not None else (),
    )


def speak_about(
    ports: Ports,
    event: S,
    verb: Verb,
    subject: str,
    project: Path | None,
    *,
    d: Deployment | None = None,
    free: tuple[str, ...] = (),
) -> S:
    """The event with who spoke, and signed where keys are trusted; `free` are verbs that need no signature.

    Without a `project`, keys of the house count alone. Raises Refused with every reason against it. Nothing is recorded.
    """
    keyring = ports.keys.keyring(project)
    speaker = ports.voice.speaker()
    if not keyring.keys:
        return unsigned(ports, event, speaker)
    try:
        key = ports.voice.key(keyring)
    except OrchError:
        if verb in free:
            return unsigned(ports, event, speaker)
        raise
    named = _named(event, keyring, key, speaker)
    signed = _signed(ports, named, verb, subject, key)
    presented = ports.keys.heard([signed], keyring)[0]
    first = ports.journal.read(d.id, most=1) if d is not None else []
    planned = first[0].event if first and isinstance(first[0].event, e.Planned) else None
    heard = Heard(presented, named, verb, subject, planned)
    reasons = against(heard, keyring, ports.clock.now())
    if reasons:
        raise Refused("\n".join([*map(str, reasons), "Nothing was recorded."]))
    return cast("S", named.model_copy(update={"spoken": Spoken(speaker=speaker, signed=signed)}))


def named(ports: Ports, event: S, verb: Verb, d: Deployment) -> S:
    """The event by the person whose key will sign it, so that rules about people judge who really speaks.

    Raises Refused. Without keys, and without one at hand where none is needed, the event stays as it is.
    """
    keyring, policy = ports.keys.keyring(Path(d.project)), d.authority.policy
    if not keyring.keys:
        return event
    try:
        key = ports.voice.key(keyring)
    except OrchError:
        if policy is not None and verb in policy.unsigned_words:
            return event
        raise
    return _named(event, keyring, key, ports.voice.speaker())


def unsigned(ports: Ports, event: S, speaker: Speaker | None = None) -> S:
    """The event with who spoke, and no signature."""
    return cast("S", event.model_copy(update={"spoken": Spoken(speaker=speaker or ports.voice.speaker())}))


def get_ready(ports: Ports, project: Path) -> None:
    """Find and open this person's key where one will be needed, so that a passphrase is asked before a live view begins."""
    keyring = ports.keys.keyring(project)
    if keyring.keys:
        ports.voice.key(keyring)


def _named(event: S, keyring: Keyring, key: str, speaker: Speaker) -> S:
    """The event by the key's person. Raises Refused where it names somebody else than that person and their login."""
    trusted = keyring.find(key)
    if trusted is None:
        raise Refused(f"Key {key[:16]} is not trusted here; orch keys list shows which are.")
    person = person_named(event.by, trusted, speaker)
    if person is None:
        raise Refused(
            f"--by says {event.by}, and the key at hand is {trusted.person}'s. Leave --by out, or name your own key with "
            "--key. Nothing was recorded."
        )
    return cast("S", event.model_copy(update={"by": person}))


def _signed(ports: Ports, event: Sayable, verb: Verb, subject: str, key: str) -> SignedWord:
    word = WordStatement(
        verb=verb,
        subject=subject,
        content=content_of(event),
        person=event.by,
        key=key,
        made_at=ports.clock.now(),
        nonce=ports.voice.nonce(),
    )
    ports.voice.about_to_say(event)
    return ports.voice.sign(word)
