"""The reports of people's requests, of drivers, and of backouts with their proof."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.text.format import counted
from orchestrator.policy.evidence.coverage_words import uncovered_count, uncovered_lines, uncovered_words
from orchestrator.policy.evidence.drift import summary_lines
from orchestrator.policy.telling.step_changes import Begin, Drive, End, Finish, WatchAgain
from orchestrator.policy.telling.teller import WAITS, Lines, Telling, at, telling_of
from orchestrator.policy.telling.timeline import Result
from orchestrator.policy.telling.words.event_words import COMPLAINTS, replacement_words
from orchestrator.policy.telling.words.ground_words import agreed_words
from orchestrator.policy.telling.words.obstacle_words import set_aside_words
from orchestrator.policy.telling.words.software_words import changed_words


@telling_of.register
def _driver_took(event: e.DriverTook, d: Deployment, counts: Counts) -> Telling:
    changed = changed_words(d.driving.software, event)
    return Telling(at("driver", f"{event.driver} drives", *changed), (Drive(event.driver, event.by),))


@telling_of.register
def _held(event: e.DeploymentHeld, d: Deployment, counts: Counts) -> Telling:
    step = Begin("hold", event.reason, once=True)
    return Telling(at("held", _word(event)), (step,), decision="hold")


@telling_of.register
def _held_on(event: e.HeldOn, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("held on", _word(event)), beside=True, decision="hold on")


@telling_of.register
def _retried(event: e.Retried, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.by} chose to try again: {event.reason}"
    steps = (End(("hold",), "passed", words), WatchAgain())
    return Telling(at("retried", _word(event)), steps, decision="retry")


@telling_of.register
def _excluded(event: e.Excluded, d: Deployment, counts: Counts) -> Telling:
    hosts = ", ".join(event.hosts)
    conceded = agreed_words(event.reasons)
    step = End(("hold",), "passed", "; ".join([f"{event.by} excluded {hosts}: {event.reason}", *conceded]))
    lines = at("excluded", f"{hosts} {_word(event)}", *conceded)
    return Telling(lines, (step,), beside=True, decision=f"excluded {hosts}")


@telling_of.register
def _paused(event: e.Paused, d: Deployment, counts: Counts) -> Telling:
    step = Begin("pause", _word(event), once=True)
    return Telling(at("paused", step.words), (step,), beside=True, decision="paused")


@telling_of.register
def _clock_jumped(event: e.ClockJumped, d: Deployment, counts: Counts) -> Telling:
    step = Begin("pause", f"by orch: the clock was set by {event.seconds:+.0f} s", once=True)
    return Telling(at("paused", step.words), (step,), beside=True)


@telling_of.register
def _resumed(event: e.Resumed, d: Deployment, counts: Counts) -> Telling:
    lines = at("resumed", _word(event))
    return Telling(lines, (End(("pause",), "passed"),), beside=True, decision="resumed")


@telling_of.register
def _abort_requested(event: e.AbortRequested, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("abort requested", _word(event)), beside=True, decision="abort")


@telling_of.register
def _emergency_stopped(event: e.EmergencyStopped, d: Deployment, counts: Counts) -> Telling:
    step = Begin("pause", f"by {event.by}, emergency stop: {event.reason}", once=True)
    lines = at("emergency", f"STOPPED {_word(event)}")
    return Telling(lines, (step,), beside=True, decision="emergency_stopped")


@telling_of.register
def _emergency_lifted(event: e.EmergencyLifted, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("emergency", f"lifted {_word(event)}"), beside=True, decision="emergency_lifted")


@telling_of.register
def _environment_left(event: e.EnvironmentLeft, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.machine} is no longer of {', '.join(event.environments)}, by {event.by}: {event.reason}"
    return Telling(at("house", words), beside=True)


def _word(
    event: e.DeploymentHeld
    | e.HeldOn
    | e.Retried
    | e.Excluded
    | e.Paused
    | e.Resumed
    | e.AbortRequested
    | e.EmergencyStopped
    | e.EmergencyLifted,
) -> str:
    return f"by {event.by}: {event.reason}"


@telling_of.register
def _backout_began(event: e.BackoutBegan, d: Deployment, counts: Counts) -> Telling:
    by_hand = event.by_a_person
    who = f" by {event.by}" if by_hand else ""
    agreed = "; ".join(agreed_words(event.reasons))
    aside = [set_aside_words(each) for each in event.despite]
    lines = at("backout", f"of {counted(len(event.hosts), 'host')}{who}: {event.reason}", *aside)
    lines += at("backout", agreed) if agreed else ()
    lines += at("backout", *(f"with {words}" for words in replacement_words(event.replacement)))
    chosen = End(
        ("hold", "pause"), "passed", "; ".join([f"{event.by} chose to back out: {event.reason}", *aside])
    )
    leave = (Finish("approval", "passed", f"rollback: {agreed}", at_once=True),) if agreed else ()
    steps = (*leave, *((chosen,) if by_hand else ()), End(WAITS, "failed"))
    return Telling(lines, steps, decision="back out")


@telling_of.register
def _backout_compared(event: e.BackoutCompared, d: Deployment, counts: Counts) -> Telling:
    run = len(event.differing) + len(event.not_compared)
    equal = (
        f"{counted(counts.hosts, 'host')} already {'equals' if counts.hosts == 1 else 'equal'} the baseline"
    )
    words = f"{equal}, and {'is' if counts.hosts == 1 else 'are'} not backed out"
    words = (
        f"{words if counts.hosts else 'no host equals the baseline yet'}; {counted(run, 'host')} to back out"
    )
    return Telling(at("backout", words), (Finish("proof", "passed", words),))


@telling_of.register
def _restoration_compared(event: e.RestorationCompared, d: Deployment, counts: Counts) -> Telling:
    result: Result = "unknown" if event.not_compared else "failed" if event.differences else "passed"
    words = f"{counted(len(event.differences), 'difference')} to the baseline"
    if event.uncovered:
        words += f" in what was captured; {uncovered_count(event.uncovered)}"
    lines: Lines = at("proof", *summary_lines(event.differences)[:COMPLAINTS])
    lines += at("proof", *(f"{host}: not compared: {why}" for host, why in event.not_compared.items()))
    lines += at("proof", *[f"not captured: {line}" for line in uncovered_lines(event.uncovered)][:COMPLAINTS])
    without = f", {counted(len(event.not_compared), 'host')} not compared" if event.not_compared else ""
    return Telling((*lines, ("proof", words)), (Finish("proof", result, words + without),))


@telling_of.register
def _restored(event: e.Restored, d: Deployment, counts: Counts) -> Telling:
    outside = ", ".join(act.host for act in d.unproved_acts)
    unproved = f"; not proved, because outside of the deployment: {outside}" if outside else ""
    uncovered = d.backout.uncovered if d.backout is not None else ()
    if uncovered:
        words = f"restored in what was captured; {uncovered_words(uncovered)}{unproved}"
        return Telling(at("backed out", words))
    return Telling(at("backed out", f"every backed-out host equals its baseline{unproved}"))


@telling_of.register
def _residue_found(event: e.ResidueFound, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("residue", f"on {', '.join(event.hosts)}"))


@telling_of.register
def _backout_failed(event: e.DeploymentBackoutFailed, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("backout", *(f"FAILED on {host}: {reason}" for host, reason in event.hosts.items())))
