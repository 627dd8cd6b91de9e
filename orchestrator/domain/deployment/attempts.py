"""The attempts of a deployment, as its journal records them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Self, TypedDict, TypeGuard, Unpack, get_args

from orchestrator.domain.evidence.acted_on import ActedOn, joined
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.evidence.attempt import Isolation, Purpose, Unisolated
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome, HostResult
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun


class QuietWait(Noun):
    """The wait after an unclean run: `hosts` are asked until `until`; `busy` and `ended` are the answers of the others."""

    hosts: Many[HostName]
    since: Moment
    until: Moment
    busy: Many[HostName] = ()
    ended: Many[HostName] = ()


class AttemptChanges(TypedDict, total=False):
    """The fields of an attempt that change after it was intended."""

    outcome: AttemptOutcome | None
    lost: str | None
    started: bool
    wait: QuietWait | None
    quiesced: bool
    busy: Many[HostName]
    unseen: Many[HostName]
    changed_in_copy: Many[str]
    acted_on: Many[ActedOn]
    opened: Many[OpenedFile]
    answered: bool
    overdue: Moment | None
    attached: Many[Attachment]


class Attempted(Noun):
    """An attempt on the journal; open while it has neither outcome nor loss.

    `changed_in_copy`: files of the private copy that differed from the approved ones when the attempt ended. `answered`: a
    person has decided since. `acted_on`: hosts outside its own that its tasks acted on. `opened`: files that it read although
    nobody approved them. `manual`: work of people; `overdue` is when it was found so, `attached` what shows that it is done.
    """

    attempt: str
    purpose: Purpose
    wave: int
    hosts: Many[HostName]
    intended_at: Moment
    epoch: int = 0
    store: str = ""
    outcome: AttemptOutcome | None = None
    lost: str | None = None
    started: bool = True
    driver: str = ""
    wait: QuietWait | None = None
    quiesced: bool = False
    busy: Many[HostName] = ()
    unseen: Many[HostName] = ()
    repeated: bool = False
    isolation: Isolation = "none"
    unisolated: Unisolated = ""
    changed_in_copy: Many[str] = ()
    acted_on: Many[ActedOn] = ()
    opened: Many[OpenedFile] = ()
    answered: bool = False
    manual: bool = False
    overdue: Moment | None = None
    attached: Many[Attachment] = ()

    def with_(self, **changes: Unpack[AttemptChanges]) -> Self:
        """The attempt with these fields changed."""
        return self.model_copy(update=changes)

    @property
    def open(self) -> bool:
        """It has no outcome yet, and is not lost."""
        return self.outcome is None and self.lost is None

    @cached_property
    def begun_on(self) -> frozenset[HostName]:
        """Hosts on which something of it may have been run; all of them, while nothing is known."""
        outcomes = self.outcome.hosts if self.outcome is not None else ()
        return frozenset(self.hosts) - {outcome.host for outcome in outcomes if outcome.result == "untouched"}

    @property
    def reached(self) -> tuple[HostName, ...]:
        """Its own hosts, and those that its tasks acted on beside them."""
        return tuple(dict.fromkeys((*self.hosts, *(act.host for act in self.acted_on))))

    @cached_property
    def unclean(self) -> bool:
        """It ended in a way that may have left processes on hosts."""
        if self.manual:
            return False
        if self.lost is not None:
            return self.started
        return self.outcome is not None and (
            bool(self.outcome.faults) or any(host.result == "unknown" for host in self.outcome.hosts)
        )


Attempts = tuple[Attempted, ...]
_BY_HAND: Mapping[str, HostResult] = {"done": "done", "failed": "not_done", "not begun": "untouched"}

_Ended = e.AttemptEnded | e.AttemptLost
_Quiet = e.QuietAwaited | e.Quiesced
_Answer = e.BackoutBegan | e.Retried | e.AbortRequested | e.EmergencyStopped
_ByHand = e.StepAnswered | e.StepOverdue
AttemptsEvent = e.AttemptIntended | _Ended | _Quiet | _Answer | _ByHand
CHANGED_BY = frozenset(get_args(AttemptsEvent))


def attempts_after(attempts: Attempts, event: e.Event, driver: str, at: datetime) -> Attempts:
    """The attempts after one more event, which this driver recorded."""
    return _changed(attempts, event, driver, at) if _changes(event) else attempts


def attempt_named(attempts: Attempts, name: str) -> Attempted:
    """The attempt with this name."""
    return next(attempt for attempt in attempts if attempt.attempt == name)


def latest_outcomes(attempts: Iterable[Attempted]) -> dict[str, HostOutcome]:
    """The newest outcome of each host; a lost attempt makes its hosts unknown."""
    latest: dict[str, HostOutcome] = {}
    for attempt in attempts:
        if attempt.lost is not None:
            for host in attempt.hosts:
                latest[host] = HostOutcome(host=host, result="unknown", reason=attempt.lost)
        elif attempt.outcome is not None:
            latest.update({outcome.host: outcome for outcome in attempt.outcome.hosts})
    return latest


def acts_of(outcome: AttemptOutcome) -> tuple[ActedOn, ...]:
    """What it acted on outside its hosts; older outcomes name only what was not allowed."""
    return joined((*outcome.acted_on, *(ActedOn(host=host) for host in outcome.touched_outside)))


def _changes(event: e.Event) -> TypeGuard[AttemptsEvent]:
    return type(event) in CHANGED_BY


def _changed(attempts: Attempts, event: AttemptsEvent, driver: str, at: datetime) -> Attempts:
    match event:
        case e.AttemptIntended():
            return (*attempts, _intended(event, driver, at))
        case e.AttemptEnded(outcome=outcome, changed_in_copy=changed):
            acts = acts_of(outcome)
            return _with_one(
                attempts,
                outcome.attempt,
                outcome=outcome,
                changed_in_copy=changed,
                acted_on=acts,
                opened=outcome.opened,
            )
        case e.AttemptLost(attempt=name, reason=reason, started=started, changed_in_copy=changed):
            return _with_one(
                attempts,
                name,
                lost=reason,
                started=started,
                changed_in_copy=changed,
                acted_on=event.acted_on,
                opened=event.opened,
            )
        case e.QuietAwaited() | e.Quiesced():
            return _quiet(attempts, event, at)
        case e.StepAnswered() | e.StepOverdue():
            return _by_hand(attempts, event, at)
        case e.BackoutBegan() | e.Retried() | e.AbortRequested() | e.EmergencyStopped():
            return _answered(attempts, event, at)


def _intended(event: e.AttemptIntended, driver: str, at: datetime) -> Attempted:
    return Attempted.of_valid(
        attempt=event.attempt,
        purpose=event.purpose,
        wave=event.wave,
        hosts=event.hosts,
        intended_at=at,
        epoch=event.epoch,
        driver=driver,
        repeated=event.repeated,
        isolation=event.isolation,
        store=event.store,
        unisolated=event.unisolated,
        manual=event.manual,
    )


def outcome_by_hand(
    attempt: Attempted, event: e.StepAnswered | e.StepOverdue, at: datetime
) -> AttemptOutcome:
    """The outcome of work by hand: a person's word for all of its hosts, or none within its time."""
    if isinstance(event, e.StepOverdue):
        result: HostResult = "unknown"
        reason = f"nobody confirmed by {event.due:%Y-%m-%d %H:%M} UTC that it is done by hand"
    else:
        result = _BY_HAND[event.result]
        reason = f"{event.result} by hand, {event.by} as {event.role} says"
    return AttemptOutcome(
        attempt=attempt.attempt,
        hosts=tuple(HostOutcome(host=host, result=result, reason=reason) for host in attempt.hosts),
        started_at=attempt.intended_at,
        ended_at=at,
    )


def _by_hand(attempts: Attempts, event: e.StepAnswered | e.StepOverdue, at: datetime) -> Attempts:
    attempt = attempt_named(attempts, event.attempt)
    match event:
        case e.StepAnswered(attached=attached):
            outcome = outcome_by_hand(attempt, event, at)
            return _with_one(attempts, event.attempt, outcome=outcome, attached=attached)
        case e.StepOverdue(ends=True):
            return _with_one(attempts, event.attempt, outcome=outcome_by_hand(attempt, event, at), overdue=at)
        case e.StepOverdue():
            return _with_one(attempts, event.attempt, overdue=at)


def _quiet(attempts: Attempts, event: _Quiet, at: datetime) -> Attempts:
    match event:
        case e.QuietAwaited(attempt=name):
            before = attempt_named(attempts, name).wait
            wait = QuietWait(
                hosts=event.hosts,
                since=before.since if before is not None else at,
                until=event.until,
                busy=event.busy,
                ended=event.ended,
            )
            return _with_one(attempts, name, wait=wait)
        case e.Quiesced(attempt=name, busy=busy, unreachable=unseen):
            return _with_one(attempts, name, quiesced=True, busy=busy, unseen=unseen, wait=None)


def _answered(attempts: Attempts, event: _Answer, at: datetime) -> Attempts:
    """A person's decision lets busy and silent hosts be asked again.

    Orch's own decision to back out does not settle a refusal by a host; only a person's decision does.
    """
    match event:
        case e.EmergencyStopped():
            # The wait for silent hosts starts again: the promised deadline no longer holds.
            return tuple(a.with_(wait=None) if a.wait else a for a in attempts)
        case e.BackoutBegan(by_a_person=False):
            return tuple(_with_a_last_question(a, at) for a in attempts)
        case e.BackoutBegan() | e.Retried() | e.AbortRequested():
            return tuple(_without_wait(a).with_(answered=True) for a in attempts)


def _without_wait(attempt: Attempted) -> Attempted:
    if not (attempt.busy or attempt.unseen or attempt.wait):
        return attempt
    return attempt.with_(quiesced=False, busy=(), unseen=(), wait=None)


def _with_a_last_question(attempt: Attempted, at: datetime) -> Attempted:
    """Nobody has decided anew: what was waited for in full is asked once more, and not waited for again."""
    if not attempt.quiesced or not (attempt.busy or attempt.unseen):
        return _without_wait(attempt)
    over = QuietWait(hosts=(*attempt.busy, *attempt.unseen), since=at, until=at)
    return _without_wait(attempt).with_(wait=over)


def _with_one(attempts: Attempts, name: str, **changes: Unpack[AttemptChanges]) -> Attempts:
    return tuple(a.with_(**changes) if a.attempt == name else a for a in attempts)
