"""Telling the story of a deployment from its journal: one small function for each kind of event that begins or ends a step."""

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from orchestrator.domain import events as e
from orchestrator.domain.check import CheckResult
from orchestrator.domain.events import Recorded
from orchestrator.domain.outcome import HostOutcome
from orchestrator.policy.plain_words import counted
from orchestrator.policy.story import Result, StepName, Story, StoryStep
from orchestrator.policy.telling_authority import tell_of_authority

_WAITS: tuple[StepName, ...] = ("hold", "pause", "soak", "confirmation", "early_life")
COPY_CHANGED = "; what it ran from was changed meanwhile"
_BESIDE = frozenset(
    {
        "paused",
        "resumed",
        "held_on",
        "abort_requested",
        "excluded",
        "confirmed",
        "emergency_stopped",
        "emergency_lifted",
        "clock_jumped",
        "approval_given",
        "start_put_off",
        "start_missed",
    }
)
"""Words of people that come in while a step is at work: the next step's beginning is not theirs."""


def story_of(records: Iterable[Recorded]) -> Story:
    """The story of a whole journal."""
    story = Story()
    for record in records:
        tell(story, record)
    return story


def tell(story: Story, record: Recorded) -> None:
    """Add what one more record tells."""
    _tell(record.event, story, record)
    if record.event.kind not in _BESIDE:
        story.mark = record.at


@singledispatch
def _tell(event: e.Event, story: Story, record: Recorded) -> None:
    """What an event tells beside its time; many tell nothing more."""
    tell_of_authority(event, story, record)


@_tell.register
def _approved(event: e.Approved, story: Story, record: Recorded) -> None:
    story.add(story.finished(record, "approval", "passed", event.basis))


@_tell.register
def _rejected(event: e.Rejected, story: Story, record: Recorded) -> None:
    words = f"rejected by {event.by}: {event.reason}"
    story.add(story.finished(record, "approval", "failed", words))


@_tell.register
def _start_put_off(event: e.StartPutOff, story: Story, record: Recorded) -> None:
    words = f"put off: {'; '.join(event.reasons)}"
    story.add(StoryStep("schedule", None, record.at, record.at, "passed", words))


_MISSED = {
    "start": "started all the same",
    "ask": "a person was asked",
    "skip": "skipped",
}


@_tell.register
def _start_missed(event: e.StartMissed, story: Story, record: Recorded) -> None:
    words = f"start missed, {event.reason}: {_MISSED[event.choice]}"
    story.add(StoryStep("schedule", None, record.at, record.at, "failed", words))


@_tell.register
def _window_opened(event: e.WindowOpened, story: Story, record: Recorded) -> None:
    story.add(story.finished(record, "window", "passed", event.basis))


@_tell.register
def _components_verified(event: e.ComponentsVerified, story: Story, record: Recorded) -> None:
    words = f"{counted(len(event.digests), 'artefact')} with the digest of the plan"
    story.add(story.finished(record, "components", "passed", words))


@_tell.register
def _environment_verified(event: e.EnvironmentVerified, story: Story, record: Recorded) -> None:
    step = story.finished(record, "environment", result_of(event.results), checks_words(event.results))
    story.add(replace(step, results=event.results))


@_tell.register
def _baseline_captured(event: e.BaselineCaptured, story: Story, record: Recorded) -> None:
    items = sum(reference.items for reference in event.baselines)
    words = f"{counted(items, 'configuration item')} of {counted(len(event.baselines), 'host')}"
    story.add(replace(story.finished(record, "baseline", "passed", words), references=event.baselines))


@_tell.register
def _refused(event: e.Refused, story: Story, record: Recorded) -> None:
    words = checks_words(event.results) if event.results else "; ".join(event.reasons)
    step = story.finished(record, event.stage, "failed", words)
    story.add(replace(step, results=event.results, faults=event.reasons))


@_tell.register
def _entry_checked(event: e.EntryChecked, story: Story, record: Recorded) -> None:
    step = story.finished(record, "entry", result_of(event.results), checks_words(event.results))
    story.add(replace(step, wave=event.wave, results=event.results))


@_tell.register
def _driver_took(event: e.DriverTook, story: Story, record: Recorded) -> None:
    if story.driver is not None and event.driver != story.driver:
        words = f"{event.driver} took over for {event.by}; {story.driver} no longer drove"
        story.add(StoryStep("driver", None, record.at, record.at, "passed", words))
    story.driver = event.driver


_ADOPTED: dict[str, tuple[Result, str]] = {
    "running": ("passed", "was found at work, and is followed"),
    "finished": ("passed", "was found ended, and its outcome is taken"),
    "absent": ("passed", "was found never started, and is started"),
    "dead": ("unknown", "was found without its worker"),
}


@_tell.register
def _attempt_adopted(event: e.AttemptAdopted, story: Story, record: Recorded) -> None:
    result, words = _ADOPTED[event.found]
    story.add(StoryStep("adoption", None, record.at, record.at, result, f"{event.attempt} {words}"))


@_tell.register
def _attempt_intended(event: e.AttemptIntended, story: Story, record: Recorded) -> None:
    again = ", a second time, to see that nothing changes" if event.repeated else ""
    words = f"on {counted(len(event.hosts), 'host')}{again}"
    step = StoryStep(event.purpose, event.wave, record.at, None, "open", words)
    story.add(replace(step, hosts=event.hosts, attempt=event.attempt, repeated=event.repeated))


@_tell.register
def _attempt_ended(event: e.AttemptEnded, story: Story, record: Recorded) -> None:
    outcome = event.outcome
    for step in _attempt(story, outcome.attempt):
        ended = replace(
            step,
            ended=record.at,
            result=_run_result(outcome.hosts, outcome.faults or _doubts(step, event)),
            words=outcome_words(outcome.hosts)
            + (repeat_words(outcome.hosts) if step.repeated else "")
            + (COPY_CHANGED if event.changed_in_copy else ""),
            outcomes=outcome.hosts,
            faults=(*outcome.faults, *copy_words(event)),
            evidence=outcome.evidence_sha256,
        )
        story.change(step, ended)


@_tell.register
def _attempt_lost(event: e.AttemptLost, story: Story, record: Recorded) -> None:
    for step in _attempt(story, event.attempt):
        words = f"lost: {event.reason}" + (COPY_CHANGED if event.changed_in_copy else "")
        lost = replace(step, ended=record.at, result="unknown", words=words, faults=copy_words(event))
        story.change(step, lost)


def copy_words(event: e.AttemptEnded | e.AttemptLost) -> tuple[str, ...]:
    """What was no longer as approved where the attempt ran from, a sentence each."""
    return tuple(f"what it ran from is no longer what was approved: {one}" for one in event.changed_in_copy)


def _doubts(step: StoryStep, event: e.AttemptEnded) -> tuple[str, ...]:
    """What a deploy did may not be what was approved; what a backout did is judged by the baseline."""
    return event.changed_in_copy if step.name == "deploy" else ()


@_tell.register
def _quiesced(event: e.Quiesced, story: Story, record: Recorded) -> None:
    result: Result = "unknown" if event.busy or event.unreachable else "passed"
    if story.has_open("quiesce"):
        story.end(
            record, result, f"{quiet_words(event)}; hosts that gave no answer were asked again", "quiesce"
        )
        return
    step = story.finished(record, "quiesce", result, quiet_words(event))
    story.add(replace(step, wave=_wave_of(story, event.attempt)))


@_tell.register
def _quiet_awaited(event: e.QuietAwaited, story: Story, record: Recorded) -> None:
    words = awaited_words(event)
    if story.has_open("quiesce"):
        story.say(words, "quiesce")
        return
    began = story.mark or record.at
    wave = _wave_of(story, event.attempt)
    story.add(StoryStep("quiesce", wave, began, None, "open", words, hosts=event.hosts))


def _wave_of(story: Story, attempt: str) -> int | None:
    return next((step.wave for step in story.steps if step.attempt == attempt), None)


@_tell.register
def _wave_checked(event: e.WaveChecked, story: Story, record: Recorded) -> None:
    if event.stage == "verification":
        step = story.finished(record, "verification", result_of(event.results), checks_words(event.results))
        story.add(replace(step, wave=event.wave, results=event.results, asked=event.asked))
        return
    watch = story.last(event.stage)
    if watch is None:
        return
    asked, results = watch.asked + event.asked, (*watch.results, *event.results)
    passed = all(result.answer == "passed" for result in results)
    words = f"{counted(asked, 'answer')}, {'all' if passed else 'not all'} passed"
    story.change(watch, replace(watch, asked=asked, results=results, words=words))
    if event.final:
        story.end(record, "passed" if passed else "failed", words, event.stage)


@_tell.register
def _wave_rejected(event: e.WaveRejected, story: Story, record: Recorded) -> None:
    story.end(record, "failed", "", "soak")


@_tell.register
def _early_life_failed(event: e.EarlyLifeFailed, story: Story, record: Recorded) -> None:
    story.end(record, "failed", "", "early_life")


@_tell.register
def _gate_reached(event: e.GateReached, story: Story, record: Recorded) -> None:
    if event.soak_until is not None:
        story.add(StoryStep("soak", event.wave, record.at, None, "open"))
    if event.confirm is not None:
        story.add(StoryStep("confirmation", event.wave, record.at, None, "open", f"by {event.confirm}"))


@_tell.register
def _confirmed(event: e.Confirmed, story: Story, record: Recorded) -> None:
    note = f" ({event.note})" if event.note else ""
    story.end(record, "passed", f"by {event.by} as {event.role}{note}", "confirmation")


@_tell.register
def _early_life_began(event: e.EarlyLifeBegan, story: Story, record: Recorded) -> None:
    words = f"until {event.until:%Y-%m-%d %H:%M:%S}"
    story.add(StoryStep("early_life", None, record.at, None, "open", words))


@_tell.register
def _held(event: e.Held, story: Story, record: Recorded) -> None:
    if not story.has_open("hold"):
        story.add(StoryStep("hold", None, record.at, None, "open", event.reason))


@_tell.register
def _retried(event: e.Retried, story: Story, record: Recorded) -> None:
    story.end(record, "passed", f"{event.by} chose to try again: {event.reason}", "hold")
    watch = story.last("verification", "soak", "early_life")
    if watch is not None and watch.result == "failed" and watch.name != "verification":
        story.add(StoryStep(watch.name, watch.wave, record.at, None, "open", "again"))


@_tell.register
def _excluded(event: e.Excluded, story: Story, record: Recorded) -> None:
    story.end(record, "passed", f"{event.by} excluded {', '.join(event.hosts)}: {event.reason}", "hold")


@_tell.register
def _backout_began(event: e.BackoutBegan, story: Story, record: Recorded) -> None:
    if event.by_a_person:
        story.end(record, "passed", f"{event.by} chose to back out: {event.reason}", "hold", "pause")
    story.end(record, "failed", "", *_WAITS)


@_tell.register
def _restoration_compared(event: e.RestorationCompared, story: Story, record: Recorded) -> None:
    result: Result = "unknown" if event.not_compared else "failed" if event.differences else "passed"
    words = f"{counted(len(event.differences), 'difference')} to the baseline"
    if event.not_compared:
        words += f", {counted(len(event.not_compared), 'host')} not compared"
    story.add(replace(story.finished(record, "proof", result, words), references=event.baselines))


@_tell.register
def _paused(event: e.Paused, story: Story, record: Recorded) -> None:
    if not story.has_open("pause"):
        words = f"by {event.by}: {event.reason}"
        story.add(StoryStep("pause", None, record.at, None, "open", words))


@_tell.register
def _clock_jumped(event: e.ClockJumped, story: Story, record: Recorded) -> None:
    if not story.has_open("pause"):
        words = f"by orch: the clock was set by {event.seconds:+.0f} s"
        story.add(StoryStep("pause", None, record.at, None, "open", words))


@_tell.register
def _emergency_stopped(event: e.EmergencyStopped, story: Story, record: Recorded) -> None:
    if not story.has_open("pause"):
        words = f"by {event.by}, emergency stop: {event.reason}"
        story.add(StoryStep("pause", None, record.at, None, "open", words))


@_tell.register
def _resumed(event: e.Resumed, story: Story, record: Recorded) -> None:
    story.end(record, "passed", "", "pause")


@_tell.register(e.Completed)
@_tell.register(e.CompletedWithExceptions)
@_tell.register(e.Cancelled)
def _over(event: e.Event, story: Story, record: Recorded) -> None:
    story.end(record, "passed", "", *_WAITS)


def _attempt(story: Story, attempt: str) -> list[StoryStep]:
    return [step for step in story.steps if step.attempt == attempt and step.ended is None]


def _run_result(hosts: Iterable[HostOutcome], faults: tuple[str, ...]) -> Result:
    results = {host.result for host in hosts}
    if faults or not results or "unknown" in results:
        return "unknown"
    return "failed" if "not_done" in results else "passed"


def result_of(results: Iterable[CheckResult]) -> Result:
    """How checks went taken together; no check at all proves nothing."""
    answers = {result.answer for result in results}
    if "failed" in answers:
        return "failed"
    return "passed" if answers == {"passed"} else "unknown"


def checks_words(results: tuple[CheckResult, ...]) -> str:
    """How checks went, counted, such as `24 checks on 6 hosts, 2 failed`."""
    hosts = len({result.host for result in results})
    words = f"{counted(len(results), 'check')} on {counted(hosts, 'host')}"
    tally = {answer: sum(r.answer == answer for r in results) for answer in ("failed", "inconclusive")}
    troubled = [f"{number} {answer}" for answer, number in tally.items() if number]
    return ", ".join([words, *(troubled or (["all passed"] if results else ["which proves nothing"]))])


def quiet_words(event: e.Quiesced) -> str:
    """What was seen of an old run's processes, such as `no process of the run is left on its hosts`."""
    said = [f"processes still run on {', '.join(event.busy)}"] if event.busy else []
    said += [f"no answer from {', '.join(event.unreachable)}"] if event.unreachable else []
    said += [f"processes were ended on {', '.join(event.ended)}"] if event.ended else []
    return "; ".join(said) or "no process of the run is left on its hosts"


def awaited_words(event: e.QuietAwaited) -> str:
    """Who is waited for after an unclean end, such as `no answer from web3; asked again until 22:04:10 UTC`."""
    return f"no answer from {', '.join(event.hosts)}; asked again until {event.until:%H:%M:%S} UTC"


def outcome_words(outcomes: Iterable[HostOutcome]) -> str:
    """How a run went, counted, such as `5 done, 1 unknown`."""
    words = {"done": "done", "not_done": "failed", "unknown": "unknown"}
    results = [words[host.result] for host in outcomes]
    tally = {word: results.count(word) for word in words.values()}
    return ", ".join(f"{number} {word}" for word, number in tally.items() if number) or "no host"


def repeat_words(outcomes: Iterable[HostOutcome]) -> str:
    """What a second run changed, such as `; run a second time, which changed nothing`."""
    hosts = [host for host in outcomes if host.changed]
    tasks = sorted({task for host in hosts for task in host.changed_tasks})
    again = f"which changed {', '.join(host.host for host in hosts)} again ({', '.join(tasks)})"
    return f"; run a second time, {again if hosts else 'which changed nothing'}"
