"""The reports of waves and attempts: runs, their outcomes, checks, gates, early life support, and the end."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.policy.telling.manual_events import begun_by_hand
from orchestrator.policy.telling.step_changes import (
    AwaitQuiet,
    Begin,
    End,
    EndAttempt,
    EndQuiet,
    Finish,
    Watch,
)
from orchestrator.policy.telling.teller import WAITS, Lines, Telling, at, attempt_of, telling_of, wave_name
from orchestrator.policy.telling.timeline import Result, StepName
from orchestrator.policy.telling.words.event_words import (
    awaited_words,
    checks_words,
    complaint_words,
    complaints_of,
    copy_words,
    opened_lines,
    outcome_lines,
    outcome_words,
    quiet_words,
    repeat_words,
    result_of_checks,
    result_of_run,
    unreached_words,
)
from orchestrator.policy.telling.words.left_words import left_words, process_lines

COPY_CHANGED = "; what it ran from was changed meanwhile"
READ_MORE = "; it read files that nobody approved"


@telling_of.register
def _entry_checked(event: e.EntryChecked, d: Deployment, counts: Counts) -> Telling:
    where = wave_name(d, event.wave)
    lines = _checked(where, "entry criteria", event.results, counts)
    left_out = at(where, *unreached_words(event.unreached))
    return Telling((*lines, *left_out), (_asked("entry", event, counts),))


@telling_of.register
def _wave_checked(event: e.WaveChecked, d: Deployment, counts: Counts) -> Telling:
    where, stage = wave_name(d, event.wave), event.stage.replace("_", " ")
    complaints = complaints_of(event.results)
    if event.stage == "verification":
        step = _asked("verification", event, counts, event.asked)
        return Telling(_checked(where, stage, event.results, counts), (step,))
    watch = Watch(event.stage, event.asked, complaints, counts.answers, event.final, event.unwatched)
    gap = at(where, *_gap_words(stage, event.unwatched))
    if event.final or complaints:
        return Telling((*gap, *_checked(where, stage, event.results, counts)), (watch,))
    asked = at(where, f"{stage}: {counted(event.asked, 'check')} asked, all passed")
    return Telling((*gap, *asked), (watch,))


def _gap_words(stage: str, seconds: float) -> list[str]:
    return (
        [f"{stage}: nobody looked for {seconds_words(seconds)}, so it goes on that much longer"]
        if seconds
        else []
    )


def _asked(name: StepName, event: e.EntryChecked | e.WaveChecked, counts: Counts, asked: int = 0) -> Finish:
    return Finish(
        name,
        result_of_checks(event.results, counts),
        checks_words(event.results, counts),
        event.wave,
        complaints_of(event.results),
        counts.answers,
        asked,
    )


def _checked(where: str, what: str, results: tuple[CheckResult, ...], counts: Counts) -> Lines:
    words = [*complaint_words(results), checks_words(results, counts)]
    return at(where, *(f"{what}: {line}" for line in words))


@telling_of.register
def _attempt_intended(event: e.AttemptIntended, d: Deployment, counts: Counts) -> Telling:
    if event.manual:
        return begun_by_hand(event, d)
    verb = "deploying to" if event.purpose == "deploy" else "backing out of"
    hosts = counted(len(event.hosts), "host")
    again = " a second time" if event.repeated else ""
    words = f"on {hosts}{f',{again}, to see that nothing changes' if again else ''}"
    step = Begin(event.purpose, words, event.wave, event.hosts, event.attempt, event.repeated)
    return Telling(at(wave_name(d, event.wave), f"{verb} {hosts}{again} ({event.attempt})"), (step,))


@telling_of.register
def _attempt_adopted(event: e.AttemptAdopted, d: Deployment, counts: Counts) -> Telling:
    result: Result = "unknown" if event.found == "dead" else "passed"
    step = Finish("adoption", result, f"{event.attempt} {_adopted_words(event)}", at_once=True)
    return Telling(at("attempt", f"{event.attempt} adopted, found {event.found}"), (step,))


def _adopted_words(event: e.AttemptAdopted) -> str:
    match event.found:
        case "running":
            return "was found at work, and is followed"
        case "finished":
            return "was found ended, and its outcome is taken"
        case "absent":
            return "was found never started, and is started"
        case "dead":
            return "was found without its worker"


@telling_of.register
def _attempt_ended(event: e.AttemptEnded, d: Deployment, counts: Counts) -> Telling:
    outcome = event.outcome
    attempt, words = attempt_of(d, outcome.attempt), outcome_words(outcome.hosts, counts)
    # A deploy attempt may have run unapproved files; the baseline judges a backout attempt.
    doubts = outcome.faults or (event.changed_in_copy if attempt.purpose == "deploy" else ())
    whole = attempt.outcome.hosts if attempt.outcome is not None else outcome.hosts
    faults = (*outcome.faults, *copy_words(event), *opened_lines(outcome.opened))
    step = EndAttempt(
        outcome.attempt,
        result_of_run(outcome.hosts, doubts, counts),
        words + (repeat_words(whole) if attempt.repeated else "") + _doubt(event),
        tuple(host for host in outcome.hosts if host.result != "done"),
        faults,
        outcome.evidence_sha256,
    )
    done = "deployed" if attempt.purpose == "deploy" else "backed out"
    lines = outcome_lines(outcome.hosts, done)
    lines += [f"the run: {fault}" for fault in faults]
    lines += [f"{act.host}: {act.words}" for act in outcome.acted_on]
    return Telling(at(wave_name(d, attempt.wave), *lines, words), (step,))


@telling_of.register
def _attempt_lost(event: e.AttemptLost, d: Deployment, counts: Counts) -> Telling:
    faults, words = (*copy_words(event), *opened_lines(event.opened)), f"lost: {event.reason}"
    acts = (f"{act.host}: {act.words}" for act in event.acted_on)
    lines = at(
        "attempt", f"{event.attempt} {words}", *(f"{event.attempt}: {fault}" for fault in faults), *acts
    )
    step = EndAttempt(event.attempt, "unknown", words + _doubt(event), faults=faults)
    return Telling(lines, (step,))


def _doubt(event: e.AttemptEnded | e.AttemptLost) -> str:
    opened = event.outcome.opened if isinstance(event, e.AttemptEnded) else event.opened
    return (COPY_CHANGED if event.changed_in_copy else "") + (READ_MORE if opened else "")


@telling_of.register
def _quiet_awaited(event: e.QuietAwaited, d: Deployment, counts: Counts) -> Telling:
    words = awaited_words(event)
    step = AwaitQuiet(words, attempt_of(d, event.attempt).wave, event.hosts)
    return Telling(at("quiet", words), (step,))


@telling_of.register
def _quiesced(event: e.Quiesced, d: Deployment, counts: Counts) -> Telling:
    result: Result = "unknown" if event.busy or event.unreachable else "passed"
    step = EndQuiet(result, quiet_words(event), attempt_of(d, event.attempt).wave)
    return Telling(at("quiet", step.words), (step,))


@telling_of.register
def _processes_left(event: e.ProcessesLeft, d: Deployment, counts: Counts) -> Telling:
    """What is left running is a warning; before a proof, the proof that follows says what comes of it."""
    result: Result = "unknown" if event.left or event.unseen else "passed"
    step = Finish("processes", result, left_words(event), faults=tuple(process_lines(event)), at_once=True)
    return Telling(at("processes", *process_lines(event) or [left_words(event)]), (step,), beside=True)


@telling_of.register
def _wave_deployed(event: e.WaveDeployed, d: Deployment, counts: Counts) -> Telling:
    return Telling()


@telling_of.register
def _wave_failed(event: e.WaveFailed, d: Deployment, counts: Counts) -> Telling:
    return Telling(at(wave_name(d, event.wave), f"FAILED: {event.reason}"))


@telling_of.register
def _wave_verified(event: e.WaveVerified, d: Deployment, counts: Counts) -> Telling:
    return Telling(at(wave_name(d, event.wave), "verified"))


@telling_of.register
def _wave_rejected(event: e.WaveRejected, d: Deployment, counts: Counts) -> Telling:
    lines = at(wave_name(d, event.wave), f"REJECTED: {event.reason}")
    return Telling(lines, (End(("soak", "metrics"), "failed"),))


@telling_of.register
def _gate_reached(event: e.GateReached, d: Deployment, counts: Counts) -> Telling:
    where = wave_name(d, event.wave)
    lines: Lines = ()
    steps: tuple[Begin, ...] = ()
    if event.soak_until is not None:
        lines += at(where, f"soaks until {event.soak_until.astimezone():%H:%M:%S}")
        steps += (Begin("soak", wave=event.wave),)
    if event.confirm is not None:
        lines += at(where, f"needs confirmation by {event.confirm}")
        steps += (Begin("confirmation", f"by {event.confirm}", event.wave),)
    return Telling(lines, steps)


@telling_of.register
def _confirmed(event: e.Confirmed, d: Deployment, counts: Counts) -> Telling:
    who = f"by {event.by} as {event.role}"
    line = f"confirmed {who}{f': {event.note}' if event.note else ''}"
    step = End(("confirmation",), "passed", f"{who}{f' ({event.note})' if event.note else ''}")
    return Telling(at(wave_name(d, event.wave), line), (step,), beside=True, decision="confirmed")


@telling_of.register
def _gate_passed(event: e.GatePassed, d: Deployment, counts: Counts) -> Telling:
    return Telling(at(wave_name(d, event.wave), "accepted"), (End(("metrics",), "passed"),))


@telling_of.register
def _early_life_began(event: e.EarlyLifeBegan, d: Deployment, counts: Counts) -> Telling:
    lines = at("early life", f"support until {event.until.astimezone():%Y-%m-%d %H:%M:%S}")
    measured = End(("metrics",), "passed")
    return Telling(
        lines,
        (
            measured,
            Begin("early_life", f"until {event.until:%Y-%m-%d %H:%M:%S}"),
        ),
    )


@telling_of.register
def _early_life_failed(event: e.EarlyLifeFailed, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("early life", f"FAILED: {event.reason}"), (End(("early_life", "metrics"), "failed"),))


@telling_of.register
def _completed(event: e.Completed, d: Deployment, counts: Counts) -> Telling:
    lines = at("completed", f"{counted(len(d.standings), 'host')} deployed and verified")
    return Telling(lines, (End(WAITS, "passed"),))


@telling_of.register
def _completed_with_exceptions(event: e.CompletedWithExceptions, d: Deployment, counts: Counts) -> Telling:
    words = (f"but not on {host}: {reason}" for host, reason in event.exceptions.items())
    return Telling(at("completed", *words), (End(WAITS, "passed"),))
