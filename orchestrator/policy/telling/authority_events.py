"""The reports of events up to the first touch: plan, schedule, approvals, admission, and the verifications."""

from collections.abc import Sequence

from orchestrator.domain.authority.approval import DECISIONS
from orchestrator.domain.authority.ground import GroundCode
from orchestrator.domain.calendar.schedule_of_change import MissedChoice
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.plan.installed import installed_words
from orchestrator.domain.plan.plan_kind import due_work_of
from orchestrator.domain.rules.environment import class_known
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.step_changes import End, Finish
from orchestrator.policy.telling.teller import WAITS, Telling, at, telling_of, wave_name
from orchestrator.policy.telling.timeline import Result, StepName
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.event_words import (
    checks_words,
    complaints_of,
    reference_words,
    result_of_checks,
    unreached_words,
)
from orchestrator.policy.telling.words.ground_words import ground_words
from orchestrator.policy.telling.words.unit_words import verified_words

OF_FIRST_USE: frozenset[GroundCode] = frozenset({"policy.first_use", "document.first_live"})
"""Grounds that say of a rule that it is used for the first time."""


@telling_of.register
def _planned(event: e.Planned, d: Deployment, counts: Counts) -> Telling:
    what = f"{event.plan.release.name} {event.plan.release.version} to {_environment(event)}"
    waves = "; ".join(f"{wave.name}: {counted(len(wave.hosts), 'host')}" for wave in event.waves)
    lines = at("plan", f"{d.id}: {what}, {event.plan.strategy.kind}, by {event.by}", waves)
    lines += at("plan", *installed_words(event.installed))
    if event.starts is not None:
        when = f"{event.starts.astimezone():%a %Y-%m-%d %H:%M %Z}"
        lines += at("schedule", f"to start {when}; if that is missed: {event.missed}")
    return Telling(lines)


def _environment(event: e.Planned) -> str:
    known = class_known(event.environment, unknown=event.environment_unknown)
    return placed_words(event.plan.resources.environment, known)


@telling_of.register
def _submitted(event: e.Submitted, d: Deployment, counts: Counts) -> Telling:
    return Telling()


@telling_of.register
def _start_put_off(event: e.StartPutOff, d: Deployment, counts: Counts) -> Telling:
    words = f"put off: {'; '.join(event.reasons)}"
    lines = at("schedule", *(f"waits: {reason}" for reason in event.reasons))
    return Telling(lines, (Finish("schedule", "passed", words, at_once=True),), beside=True)


def _missed_words(choice: MissedChoice) -> str:
    match choice:
        case "start":
            return "started all the same"
        case "ask":
            return "a person was asked"
        case "skip":
            return "skipped"


@telling_of.register
def _start_missed(event: e.StartMissed, d: Deployment, counts: Counts) -> Telling:
    words = f"start missed, {event.reason}: {_missed_words(event.choice)}"
    lines = at("schedule", f"start missed: {event.reason} ({event.choice})")
    return Telling(lines, (Finish("schedule", "failed", words, at_once=True),), beside=True)


@telling_of.register
def _approved(event: e.Approved, d: Deployment, counts: Counts) -> Telling:
    return _passed("approval", event.basis)


@telling_of.register
def _window_opened(event: e.WindowOpened, d: Deployment, counts: Counts) -> Telling:
    first = [ground_words(ground) for ground in event.reasons if ground.code in OF_FIRST_USE]
    lines = at("window", event.basis) + (at("policy", *first) if first else ())
    return Telling(lines, (Finish("window", "passed", event.basis),))


@telling_of.register
def _components_verified(event: e.ComponentsVerified, d: Deployment, counts: Counts) -> Telling:
    words = f"{counted(len(event.digests), 'artefact')} with the digest of the plan"
    step = Finish("components", "passed", "; ".join((words, *verified_words(event.units))))
    return Telling(at("components", words, *verified_words(event.units)), (step,))


@telling_of.register
def _baseline_captured(event: e.BaselineCaptured, d: Deployment, counts: Counts) -> Telling:
    step = Finish("baseline", "passed", reference_words(counts))
    return Telling(at("baseline", step.words, *unreached_words(event.unreached)), (step,))


def _passed(name: StepName, words: str) -> Telling:
    return Telling(at(name, words), (Finish(name, "passed", words),))


@telling_of.register
def _environment_verified(event: e.EnvironmentVerified, d: Deployment, counts: Counts) -> Telling:
    words = checks_words(event.results, counts)
    step = Finish(
        "environment",
        result_of_checks(event.results, counts),
        words,
        complaints=complaints_of(event.results),
        checks=counts.answers,
    )
    return Telling(at("environment", words, *unreached_words(event.unreached)), (step,))


@telling_of.register
def _refused(event: e.DeploymentRefused, d: Deployment, counts: Counts) -> Telling:
    words = checks_words(event.results, counts) if counts.answers else "; ".join(event.reasons)
    step = Finish(
        event.stage,
        "failed",
        words,
        complaints=complaints_of(event.results),
        checks=counts.answers,
        faults=event.reasons,
    )
    return Telling(at("refused", *(f"{event.stage}: {reason}" for reason in event.reasons)), (step,))


@telling_of.register
def _rejected(event: e.Rejected, d: Deployment, counts: Counts) -> Telling:
    words = f"rejected by {event.by}: {event.reason}"
    return Telling(at("approval", words), (Finish("approval", "failed", words),), decision="rejected")


@telling_of.register
def _cancelled(event: e.DeploymentCancelled, d: Deployment, counts: Counts) -> Telling:
    lines = at("cancelled", f"by {event.by}: {event.reason}")
    return Telling(lines, (End(WAITS, "passed"),), decision="cancelled")


@telling_of.register
def _not_admitted(event: e.DeploymentNotAdmitted, d: Deployment, counts: Counts) -> Telling:
    # Without next moves: whoever is told of this moment later could not take them any more.
    reasons = [f"{reason.about}: {reason.found}" for reason in event.reasons]
    waits: StepName = "approval" if event.opens is None else "window"
    step = Finish(waits, "unknown", f"may not start yet: {'; '.join(reasons)}", at_once=True)
    return Telling(at("not yet", *reasons), (step,))


@telling_of.register
def _approval_given(event: e.ApprovalGiven, d: Deployment, counts: Counts) -> Telling:
    approval = event.signed.approval
    result: Result = "failed" if approval.decision == "reject" else "passed"
    what = f" ({approval.overrides})" if approval.overrides else ""
    words = f"{DECISIONS[approval.decision]} by {approval.person} as {approval.role}{what}: {approval.reason}"
    return _word("approval", result, words, beside=True)


@telling_of.register
def _reviewed(event: e.Reviewed, d: Deployment, counts: Counts) -> Telling:
    return _word("approval", "passed", f"reviewed by {event.by} as {event.role}: {event.reason}")


@telling_of.register
def _duty_done(event: e.DutyDone, d: Deployment, counts: Counts) -> Telling:
    work = next((each for each in due_work_of(d.plan) if each.path == event.duty), None)
    what = f"{work.component}, {work.area}" if work is not None else event.duty
    return _word("approval", "passed", f"done, says {event.by}: {what}: {event.note}", beside=True)


@telling_of.register
def _closed(event: e.RecordClosed, d: Deployment, counts: Counts) -> Telling:
    return _word("approval", "passed", f"closed by {event.by}: {event.basis}")


@telling_of.register
def _seal_broken(event: e.SealBroken, d: Deployment, counts: Counts) -> Telling:
    more = f" and {event.more} more" if event.more else ""
    words = f"NOT what was sealed: {_damage(event.damage)}{more}; what a backout rests on is {event.facts}"
    return Telling(at("seal", words), (), beside=True)


@telling_of.register
def _seal_accepted(event: e.SealAccepted, d: Deployment, counts: Counts) -> Telling:
    words = f"not what was sealed ({_damage(event.damage)}), accepted by {event.by}: {event.reason}"
    return Telling(at("seal", words), (), beside=True, decision="not what was sealed")


def _damage(damage: Sequence[e.DamageHere]) -> str:
    return ", ".join(f"{each.code}{f' {each.event}' if each.event else ''}" for each in damage)


def _word(name: StepName, result: Result, words: str, *, beside: bool = False) -> Telling:
    return Telling(at(name, words), (Finish(name, result, words, at_once=True),), beside)


@telling_of.register
def _wave_authorised(event: e.WaveAuthorised, d: Deployment, counts: Counts) -> Telling:
    parts = []
    if event.restored:
        parts.append(f"the private copy was put back as approved: {', '.join(event.restored)}")
    if event.removed:
        parts.append(
            f"what earlier runs had left in the private copy was removed: {', '.join(event.removed)}"
        )
    if not parts:
        return Telling()
    words = "; ".join(parts)
    step = Finish("approval", "passed", words, event.wave, at_once=True)
    return Telling(at(wave_name(d, event.wave), words), (step,))


@telling_of.register
def _wave_not_authorised(event: e.WaveNotAuthorised, d: Deployment, counts: Counts) -> Telling:
    words = f"no leave for the {event.purpose} of the wave: {'; '.join(event.reasons)}"
    lines = at(
        wave_name(d, event.wave), *(f"no leave to {event.purpose}: {reason}" for reason in event.reasons)
    )
    return Telling(lines, (Finish("approval", "failed", words, event.wave, at_once=True),))
