"""The tree of a deployment as lines: plan, waves, hosts, steps; folded to fit the rows of the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.evidence.attempt_sighting import TaskSeen
from orchestrator.domain.journal.lifecycle import State, end_of
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.course.current_step import present_step, seconds_left
from orchestrator.policy.evidence.drift import summary_lines
from orchestrator.policy.telling.ends import meaning_of
from orchestrator.policy.telling.summary import counts_words, wave_words
from orchestrator.policy.telling.timeline import StepName, Story, StoryStep
from orchestrator.policy.telling.words.host_words import STANDING_WORDS
from orchestrator.policy.telling.words.left_words import number_of_processes

Mark = Literal["passed", "failed", "unknown", "open", "waiting", "untouched", "undone"]
Tasks = Mapping[str, TaskSeen]

STEP_TITLES: dict[StepName, str] = {
    "approval": "approval",
    "window": "window",
    "components": "components",
    "environment": "environment",
    "baseline": "baseline",
    "entry": "entry criteria",
    "rotation": "rotation",
    "deploy": "deploy",
    "quiesce": "quiet",
    "verification": "verify",
    "changes": "changes",
    "soak": "soak",
    "metrics": "metrics",
    "confirmation": "confirm",
    "early_life": "early life",
    "hold": "held",
    "pause": "paused",
    "backout": "back out",
    "processes": "own processes",
    "proof": "proof",
    "driver": "driver",
    "adoption": "adopted",
    "schedule": "schedule",
}
_AHEAD: tuple[StepName, ...] = ("components", "environment", "baseline")
_STANDING_MARKS: dict[StandingName, Mark] = {
    "untouched": "untouched",
    "acted_on": "unknown",
    "to_retry": "untouched",
    "deploying": "open",
    "deployed": "untouched",
    "due": "untouched",
    "verified": "passed",
    "failed": "failed",
    "unknown": "unknown",
    "excluded": "waiting",
    "unreached": "unknown",
    "backing_out": "open",
    "backed_out": "open",
    "restored": "undone",
    "residue": "failed",
    "backout_failed": "failed",
}
_TROUBLE = frozenset({"failed", "unknown", "acted_on", "residue", "backout_failed", "excluded", "unreached"})
_AT_WORK = frozenset({"deploying", "backing_out"})
ALL_HOSTS_UP_TO = 8
STEPS_SHOWN = 6
FEWEST_HOSTS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree."""

    depth: int
    mark: Mark
    title: str
    words: str = ""
    seconds: float | None = None
    host: bool = False


def tree_lines(d: Deployment, story: Story, now: datetime, tasks: Tasks, rows: int = 1000) -> list[Line]:
    """The tree in about this many rows; hosts at work or in trouble are folded away last."""
    shown = max(FEWEST_HOSTS, rows)
    lines = _lines(d, story, now, tasks, shown)
    while len(lines) > rows and shown > FEWEST_HOSTS:
        shown = max(FEWEST_HOSTS, shown - max(1, (len(lines) - rows) // 2))
        lines = _lines(d, story, now, tasks, shown)
    if len(lines) > rows:
        lines = _passed_in_one(lines)
    return [replace(line, title=plain(line.title, 60), words=plain(line.words)) for line in lines]


def _passed_in_one(lines: list[Line]) -> list[Line]:
    """Join the steps that passed at the beginning into one line, for very low terminals."""
    passed = next((n for n, line in enumerate(lines) if line.depth or line.mark != "passed"), len(lines))
    if passed < 2:
        return lines
    took = sum(line.seconds or 0.0 for line in lines[:passed])
    words = f"{lines[0].title} to {lines[passed - 1].title}"
    return [Line(0, "passed", "passed", words, took), *lines[passed:]]


def _lines(d: Deployment, story: Story, now: datetime, tasks: Tasks, hosts: int) -> list[Line]:
    present = present_step(d, story, now)
    lines = _before(d, story, present, now, hosts)
    untouched: list[Wave] = []
    for wave in d.waves:
        never = all(d.standing_in(host, wave.number) == "untouched" for host in wave.hosts)
        if (
            never
            and not story.of_wave(wave.number)
            and not _is_at(present, wave)
            and wave.number != _current(d)
        ):
            untouched.append(wave)
            continue
        lines += _wave(d, wave, story, present, now, tasks, hosts)
    lines += _untouched(untouched)
    lines += _after(d, story, present, now, tasks, hosts)
    return lines


def _is_at(present: StoryStep | None, wave: Wave) -> bool:
    return present is not None and present.wave == wave.number


def _current(d: Deployment) -> int | None:
    return d.rollout.wave if d.touched_hosts and not d.over else None


def _before(d: Deployment, story: Story, present: StoryStep | None, now: datetime, rows: int) -> list[Line]:
    """Approval and window if the deployment waits for them; then the three steps before the first touch."""
    done = {step.name: step for step in story.of_no_wave()}
    if present is not None and present.wave is None:
        done[present.name] = present
    lines = [
        _step(d, done[name], now)
        for name in ("approval", "window")
        if name in done and done[name].result != "passed"
    ]
    for name in _AHEAD:
        if name in done:
            lines += _with_complaints(d, done[name], now, rows)
        elif not d.over:
            lines.append(Line(0, "untouched", STEP_TITLES[name]))
    return lines


def _with_complaints(d: Deployment, step: StoryStep, now: datetime, rows: int, depth: int = 0) -> list[Line]:
    """A step, and below it a line for each host on which it failed, with the reason."""
    line = _step(d, step, now, depth)
    complaints = _complaints(step)
    shown = complaints if len(complaints) <= rows else complaints[: max(1, rows - 1)]
    below = [replace(each, depth=depth + 1) for each in shown]
    return [line, *below, *_more(len(complaints) - len(shown), "host")]


_MARKS_OF_RESULTS: Mapping[str, Mark] = {"not_done": "failed", "untouched": "untouched"}


def _complaints(step: StoryStep) -> list[Line]:
    if step.name == "quiesce":
        return []
    by_host: dict[str, list[CheckResult]] = {}
    for result in step.complaints:
        by_host.setdefault(result.host, []).append(result)
    lines = [_complaint(host, results) for host, results in by_host.items()]
    lines += [
        Line(1, _MARKS_OF_RESULTS.get(each.result, "unknown"), each.host, each.reason, host=True)
        for each in step.down
    ]
    return lines or [Line(1, "failed", "", fault) for fault in step.faults]


def _complaint(host: str, results: list[CheckResult]) -> Line:
    first = next((r for r in results if r.answer == "failed"), results[0])
    more = f" (and {counted(len(results) - 1, 'check')} more)" if len(results) > 1 else ""
    mark: Mark = "failed" if first.answer == "failed" else "unknown"
    return Line(1, mark, host, f"{first.title}: {first.found}{more}", host=True)


def _more(number: int, noun: str) -> list[Line]:
    return [Line(2, "untouched", "", f"and {counted(number, noun)} more")] if number > 0 else []


def _wave(
    d: Deployment,
    wave: Wave,
    story: Story,
    present: StoryStep | None,
    now: datetime,
    tasks: Tasks,
    rows: int,
) -> list[Line]:
    steps = [step for step in story.of_wave(wave.number) if step.name != "backout"]
    if present is not None and present.wave == wave.number:
        steps.append(present)
    current = wave.number == _current(d) and d.state is not State.BACKING_OUT
    head = Line(0, _wave_mark(d, wave, current), wave.name, wave_words(d, wave), _span(steps, now))
    if not current and all(step.result == "passed" for step in steps):
        return [head]
    lines = [head]
    for step in steps[-STEPS_SHOWN:]:
        lines += _with_complaints(d, step, now, rows, depth=1)
    titles = {line.title for line in lines}
    if current or d.backout is None:
        lines += _hosts(d, [h for h in wave.hosts if h not in titles], tasks, rows, everybody=current)
    return lines


def _wave_mark(d: Deployment, wave: Wave, current: bool) -> Mark:  # noqa: FBT001
    marks = {_STANDING_MARKS[d.standing_in(host, wave.number)] for host in wave.hosts}
    for mark in ("failed", "unknown", "undone"):
        if mark in marks:
            return mark
    if current:
        return "waiting" if d.driving.hold or d.driving.paused or d.driving.stopped else "open"
    return "passed" if marks <= {"passed", "waiting"} else "open" if "open" in marks else "untouched"


def _hosts(d: Deployment, hosts: Sequence[str], tasks: Tasks, rows: int, *, everybody: bool) -> list[Line]:
    """Hosts in trouble first, then hosts at work; the others only while they are few."""
    trouble = [host for host in hosts if d.standings[host].standing in _TROUBLE]
    at_work = [host for host in hosts if d.standings[host].standing in _AT_WORK]
    rest = [host for host in hosts if host not in trouble and host not in at_work]
    few = everybody and len(hosts) <= min(ALL_HOSTS_UP_TO, rows)
    chosen = [*trouble, *at_work, *(rest if few else [])]
    shown = chosen if len(chosen) <= rows else chosen[: max(1, rows - 1)]
    ordered = [host for host in hosts if host in set(shown)]
    lines: list[Line] = []
    first: dict[str, str] = {}
    for host in ordered:
        lines.append(_host(d, host, tasks, first.get(_trouble_of(d, host), "")))
        first.setdefault(_trouble_of(d, host), host)
    hidden = [host for host in chosen if host not in set(shown)]
    if hidden:
        lines.append(
            Line(1, "untouched", "", f"and {counted(len(hidden), 'host')} more: {counts_words(d, hidden)}")
        )
    return lines


def _trouble_of(d: Deployment, host: str) -> str:
    standing = d.standings[host]
    return (
        f"{standing.standing} {standing.reason}"
        if standing.standing in _TROUBLE and standing.reason
        else host
    )


def _host(d: Deployment, host: str, tasks: Tasks, alike: str) -> Line:
    """`alike`: a host above with the same reason, which is not said again."""
    standing = d.standings[host]
    words = STANDING_WORDS[standing.standing]
    if standing.standing in _AT_WORK:
        words = _task_words(tasks.get(host)) or words
    elif standing.reason and standing.standing in _TROUBLE:
        words = f"{words}: {f'as {alike}' if alike else standing.reason}"
    return Line(1, _STANDING_MARKS[standing.standing], host, words, host=True)


def _task_words(seen: TaskSeen | None) -> str:
    if seen is None:
        return ""
    message = f": {seen.message}" if seen.message and seen.status in ("failed", "unreachable") else ""
    return (
        seen.task if seen.status in ("started", "ok", "changed") else f"{seen.task} ({seen.status}{message})"
    )


def _untouched(waves: Sequence[Wave]) -> list[Line]:
    if len(waves) <= 3:
        return [Line(0, "untouched", w.name, f"{counted(len(w.hosts), 'host')}, not touched") for w in waves]
    hosts = len({host for wave in waves for host in wave.hosts})
    title = f"{waves[0].name} to {waves[-1].name}"
    return [Line(0, "untouched", title, f"{counted(hosts, 'host')} in {len(waves)} waves, not touched")]


def _after(
    d: Deployment, story: Story, present: StoryStep | None, now: datetime, tasks: Tasks, rows: int
) -> list[Line]:
    lines = [
        _step(d, step, now) for step in story.steps if step.name in ("hold", "pause") and step.ended is None
    ]
    lines += [_step(d, step, now) for step in story.steps if step.name == "early_life"]
    lines += _left_running(d, rows)
    if d.backout is None:
        return lines
    steps = [step for step in story.steps if step.name in ("backout", "proof")]
    if present is not None and present.name == "proof":
        steps.append(present)
    lines.append(Line(0, _backout_mark(d), "backout", d.backout.reason, _span(steps, now)))
    for step in steps[-STEPS_SHOWN:]:
        title = "proof" if step.name == "proof" else d.waves[step.wave or 0].name
        head, *below = _with_complaints(d, step, now, rows, depth=1)
        lines += [replace(head, title=title), *below]
    lines += _residue(d, rows)
    hosts = [h for h in d.backout.hosts if d.standings[h].standing in (_TROUBLE | _AT_WORK) - {"residue"}]
    return lines + _hosts(d, hosts, tasks, rows, everybody=False)


def _left_running(d: Deployment, rows: int) -> list[Line]:
    """The deployment's own processes that lived at the last look: a warning, and no failure."""
    left = d.left_processes.left
    if not left:
        return []
    number = sum(len(processes) for processes in left.values())
    words = [
        (host, f"{process.pid} ({process.program})")
        for host, processes in left.items()
        for process in processes
    ]
    head = Line(0, "unknown", "left running", f"{number_of_processes(number)} of this deployment")
    shown = words if len(words) <= rows else words[: max(1, rows - 1)]
    lines = [Line(1, "unknown", host, process, host=True) for host, process in shown]
    return [head, *lines, *([Line(2, "untouched", "", "and others")] if len(words) > len(shown) else [])]


def _residue(d: Deployment, rows: int) -> list[Line]:
    items = summary_lines(d.backout.differences) if d.backout is not None else []
    shown = items if len(items) <= rows else items[: max(1, rows - 1)]
    lines = [Line(2, "failed", "", item, host=True) for item in shown]
    return lines + _more(len(items) - len(shown), "configuration item")


def _backout_mark(d: Deployment) -> Mark:
    end = end_of(d.state)
    if end is None:
        return "open"
    return "undone" if meaning_of(end).undone else "failed"


def _step(d: Deployment, step: StoryStep, now: datetime, depth: int = 0) -> Line:
    waiting = step.ended is None and step.name in ("hold", "pause", "approval", "window", "confirmation")
    mark: Mark = "waiting" if waiting else step.result
    words = step.words
    if step.ended is None and step.name in ("soak", "early_life"):
        left = seconds_left(d, now)
        words = f"{seconds_words(round(left))} left; {words}".rstrip("; ") if left is not None else words
    seconds = step.seconds if step.ended is not None else (now - step.began).total_seconds()
    return Line(depth, mark, STEP_TITLES[step.name], plain(words), seconds)


def _span(steps: Sequence[StoryStep], now: datetime) -> float | None:
    if not steps:
        return None
    return ((steps[-1].ended or now) - steps[0].began).total_seconds()
