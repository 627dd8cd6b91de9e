"""One plain line for each event, for logs, pipes and terminals that cannot be redrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import singledispatch

import click

from orchestrator.domain import events as e
from orchestrator.domain.check import CheckResult
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.events import Recorded
from orchestrator.domain.fold import apply
from orchestrator.domain.plain_text import plain
from orchestrator.policy.drift import summary_lines
from orchestrator.policy.plain_words import counted, next_moves, plain_words
from orchestrator.policy.telling import awaited_words, checks_words, copy_words, outcome_words, quiet_words

Said = list[tuple[str, str]]
"""What there is to say: where (a wave, or what the deployment as a whole is at), and what."""
COMPLAINTS = 50


class PlainLines:
    """A watcher that prints each event as it comes."""

    def __init__(self, echo: Callable[[str], None] = click.echo) -> None:
        self._echo = echo
        self._deployment: Deployment | None = None

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __call__(self, record: Recorded) -> None:
        self._deployment = apply(self._deployment, record)
        for line in lines_of(record, self._deployment):
            self._echo(line)

    def notice(self, text: str) -> None:
        """Say something that is not on the journal, on the error stream."""
        click.echo(text, err=True)

    def ended(self, d: Deployment) -> None:
        """The result in plain words, and what to do next."""
        for line in ending_lines(d):
            self._echo(line)


def ending_lines(d: Deployment) -> list[str]:
    """The result in plain words, and what to do next."""
    return ["", *plain_words(d), "", "next:", *(f"  {move}" for move in next_moves(d))]


def lines_of(record: Recorded, d: Deployment) -> list[str]:
    """The lines of one event: the time of day, where, and what; most events have one."""
    time = f"{record.at.astimezone():%H:%M:%S}"
    return [f"{time} {plain(where, 40):<12} {plain(what, 400)}" for where, what in _said(record.event, d)]


@singledispatch
def _said(event: e.Event, d: Deployment) -> Said:
    return [("", event.kind.replace("_", " "))]


@_said.register
def _planned(event: e.Planned, d: Deployment) -> Said:
    what = f"{event.plan.release.name} {event.plan.release.version} to {event.plan.resources.environment}"
    waves = "; ".join(f"{wave.name}: {counted(len(wave.hosts), 'host')}" for wave in event.waves)
    said = [("plan", f"{d.id}: {what}, {event.plan.strategy.kind}, by {event.by}"), ("plan", waves)]
    if event.starts is not None:
        when = f"{event.starts.astimezone():%a %Y-%m-%d %H:%M %Z}"
        said.append(("schedule", f"to start {when}; if that is missed: {event.missed}"))
    return said


@_said.register
def _start_put_off(event: e.StartPutOff, d: Deployment) -> Said:
    return [("schedule", f"waits: {reason}") for reason in event.reasons]


@_said.register
def _start_missed(event: e.StartMissed, d: Deployment) -> Said:
    return [("schedule", f"start missed: {event.reason} ({event.choice})")]


@_said.register
def _submitted(event: e.Submitted, d: Deployment) -> Said:
    return []


@_said.register
def _approved(event: e.Approved, d: Deployment) -> Said:
    return [("approval", event.basis)]


@_said.register
def _rejected(event: e.Rejected, d: Deployment) -> Said:
    return [("approval", f"rejected by {event.by}: {event.reason}")]


@_said.register
def _cancelled(event: e.Cancelled, d: Deployment) -> Said:
    return [("cancelled", f"by {event.by}: {event.reason}")]


@_said.register
def _window_opened(event: e.WindowOpened, d: Deployment) -> Said:
    return [("window", event.basis)]


@_said.register
def _not_admitted(event: e.NotAdmitted, d: Deployment) -> Said:
    return [("not yet", str(reason)) for reason in event.reasons]


@_said.register
def _approval_given(event: e.ApprovalGiven, d: Deployment) -> Said:
    approval = event.signed.approval
    said = approval.decision.replace("_", " ")
    return [("approval", f"{said} by {approval.person} as {approval.role}: {approval.reason}")]


@_said.register
def _wave_authorised(event: e.WaveAuthorised, d: Deployment) -> Said:
    restored = f"the private copy was put back as approved: {', '.join(event.restored)}"
    return [(_wave(d, event.wave), restored)] if event.restored else []


@_said.register
def _wave_not_authorised(event: e.WaveNotAuthorised, d: Deployment) -> Said:
    return [(_wave(d, event.wave), f"no leave to {event.purpose}: {reason}") for reason in event.reasons]


@_said.register
def _components_verified(event: e.ComponentsVerified, d: Deployment) -> Said:
    return [("components", f"{counted(len(event.digests), 'artefact')} with the digest of the plan")]


@_said.register
def _environment_verified(event: e.EnvironmentVerified, d: Deployment) -> Said:
    return [("environment", checks_words(event.results))]


@_said.register
def _baseline_captured(event: e.BaselineCaptured, d: Deployment) -> Said:
    items = sum(reference.items for reference in event.baselines)
    return [
        ("baseline", f"{counted(items, 'configuration item')} of {counted(len(event.baselines), 'host')}")
    ]


@_said.register
def _refused(event: e.Refused, d: Deployment) -> Said:
    return [("refused", f"{event.stage}: {reason}") for reason in event.reasons]


@_said.register
def _entry_checked(event: e.EntryChecked, d: Deployment) -> Said:
    return _checks(_wave(d, event.wave), "entry criteria", event.results)


@_said.register
def _attempt_intended(event: e.AttemptIntended, d: Deployment) -> Said:
    verb = "deploying to" if event.purpose == "deploy" else "backing out of"
    again = " a second time" if event.repeated else ""
    return [(_wave(d, event.wave), f"{verb} {counted(len(event.hosts), 'host')}{again} ({event.attempt})")]


@_said.register
def _attempt_adopted(event: e.AttemptAdopted, d: Deployment) -> Said:
    return [("attempt", f"{event.attempt} adopted, found {event.found}")]


@_said.register
def _attempt_ended(event: e.AttemptEnded, d: Deployment) -> Said:
    attempt = next(each for each in d.attempts if each.attempt == event.outcome.attempt)
    wave, done = _wave(d, attempt.wave), "deployed" if attempt.purpose == "deploy" else "backed out"
    said: Said = []
    for host in event.outcome.hosts:
        words = f"{done} ({host.ok} ok, {host.changed} changed)"
        if host.result != "done":
            words = f"{'failed' if host.result == 'not_done' else 'unknown'}: {host.reason}"
        said.append((wave, f"{host.host}: {words}"))
    said += [(wave, f"the run: {fault}") for fault in (*event.outcome.faults, *copy_words(event))]
    return [*said, (wave, outcome_words(event.outcome.hosts))]


@_said.register
def _attempt_lost(event: e.AttemptLost, d: Deployment) -> Said:
    said: Said = [("attempt", f"{event.attempt} lost: {event.reason}")]
    return [*said, *(("attempt", f"{event.attempt}: {fault}") for fault in copy_words(event))]


@_said.register
def _quiet_awaited(event: e.QuietAwaited, d: Deployment) -> Said:
    return [("quiet", awaited_words(event))]


@_said.register
def _quiesced(event: e.Quiesced, d: Deployment) -> Said:
    return [("quiet", quiet_words(event))]


@_said.register
def _wave_deployed(event: e.WaveDeployed, d: Deployment) -> Said:
    return []


@_said.register
def _wave_failed(event: e.WaveFailed, d: Deployment) -> Said:
    return [(_wave(d, event.wave), f"FAILED: {event.reason}")]


@_said.register
def _wave_checked(event: e.WaveChecked, d: Deployment) -> Said:
    stage = event.stage.replace("_", " ")
    troubled = any(result.answer != "passed" for result in event.results)
    if event.stage != "verification" and not event.final and not troubled:
        return [(_wave(d, event.wave), f"{stage}: {counted(event.asked, 'check')} asked, all passed")]
    return _checks(_wave(d, event.wave), stage, event.results)


@_said.register
def _wave_verified(event: e.WaveVerified, d: Deployment) -> Said:
    return [(_wave(d, event.wave), "verified")]


@_said.register
def _wave_rejected(event: e.WaveRejected, d: Deployment) -> Said:
    return [(_wave(d, event.wave), f"REJECTED: {event.reason}")]


@_said.register
def _gate_reached(event: e.GateReached, d: Deployment) -> Said:
    said: Said = []
    if event.soak_until is not None:
        said.append((_wave(d, event.wave), f"soaks until {event.soak_until.astimezone():%H:%M:%S}"))
    if event.confirm is not None:
        said.append((_wave(d, event.wave), f"needs confirmation by {event.confirm}"))
    return said


@_said.register
def _confirmed(event: e.Confirmed, d: Deployment) -> Said:
    note = f": {event.note}" if event.note else ""
    return [(_wave(d, event.wave), f"confirmed by {event.by} as {event.role}{note}")]


@_said.register
def _gate_passed(event: e.GatePassed, d: Deployment) -> Said:
    return [(_wave(d, event.wave), "accepted")]


@_said.register
def _early_life_began(event: e.EarlyLifeBegan, d: Deployment) -> Said:
    return [("early life", f"support until {event.until.astimezone():%Y-%m-%d %H:%M:%S}")]


@_said.register
def _early_life_failed(event: e.EarlyLifeFailed, d: Deployment) -> Said:
    return [("early life", f"FAILED: {event.reason}")]


@_said.register
def _completed(event: e.Completed, d: Deployment) -> Said:
    return [("completed", f"{counted(len(d.standings), 'host')} deployed and verified")]


@_said.register
def _completed_with_exceptions(event: e.CompletedWithExceptions, d: Deployment) -> Said:
    return [("completed", f"but not on {host}: {reason}") for host, reason in event.exceptions.items()]


@_said.register
def _backout_began(event: e.BackoutBegan, d: Deployment) -> Said:
    by = f" by {event.by}" if event.by_a_person else ""
    return [("backout", f"of {counted(len(event.hosts), 'host')}{by}: {event.reason}")]


@_said.register
def _restoration_compared(event: e.RestorationCompared, d: Deployment) -> Said:
    said: Said = [("proof", line) for line in summary_lines(event.differences)[:COMPLAINTS]]
    said += [("proof", f"{host}: not compared: {reason}") for host, reason in event.not_compared.items()]
    return [*said, ("proof", f"{counted(len(event.differences), 'difference')} to the baseline")]


@_said.register
def _restored(event: e.Restored, d: Deployment) -> Said:
    return [("backed out", "every backed-out host equals its baseline")]


@_said.register
def _residue_found(event: e.ResidueFound, d: Deployment) -> Said:
    return [("residue", f"on {', '.join(event.hosts)}")]


@_said.register
def _backout_failed(event: e.BackoutFailed, d: Deployment) -> Said:
    return [("backout", f"FAILED on {host}: {reason}") for host, reason in event.hosts.items()]


@_said.register
def _clock_jumped(event: e.ClockJumped, d: Deployment) -> Said:
    return [("paused", f"by orch: the clock was set by {event.seconds:+.0f} s")]


@_said.register(e.EmergencyStopped)
@_said.register(e.EmergencyLifted)
def _emergency(event: e.EmergencyStopped | e.EmergencyLifted, d: Deployment) -> Said:
    said = "STOPPED" if event.kind == "emergency_stopped" else "lifted"
    return [("emergency", f"{said} by {event.by}: {event.reason}")]


@_said.register(e.Held)
@_said.register(e.HeldOn)
@_said.register(e.Paused)
@_said.register(e.Resumed)
@_said.register(e.Retried)
@_said.register(e.AbortRequested)
def _word(
    event: e.Held | e.HeldOn | e.Paused | e.Resumed | e.Retried | e.AbortRequested, d: Deployment
) -> Said:
    return [(event.kind.replace("_", " "), f"by {event.by}: {event.reason}")]


@_said.register
def _excluded(event: e.Excluded, d: Deployment) -> Said:
    return [("excluded", f"{', '.join(event.hosts)} by {event.by}: {event.reason}")]


@_said.register
def _driver_took(event: e.DriverTook, d: Deployment) -> Said:
    return [("driver", f"{event.driver} drives")]


def _checks(where: str, what: str, results: tuple[CheckResult, ...]) -> Said:
    said = [(where, f"{what}: {line}") for line in _complaints(results)]
    return [*said, (where, f"{what}: {checks_words(results)}")]


def _complaints(results: Iterable[CheckResult]) -> list[str]:
    troubled = [r for r in results if r.answer != "passed"]
    return [f"{r.host}: {r.answer}: {r.title}: expected {r.expected}, found {r.found}" for r in troubled][
        :COMPLAINTS
    ]


def _wave(d: Deployment, number: int) -> str:
    return d.waves[number].name
