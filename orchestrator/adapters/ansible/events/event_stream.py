"""The events of our callback plugin, read back: parsed, checked for gaps, and folded into evidence."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from orchestrator.adapters.ansible.events.changes_fold import ChangesFold
from orchestrator.domain.evidence.attempt_sighting import TaskSeen
from orchestrator.domain.evidence.run_evidence import (
    Astray,
    Fence,
    HostEvidence,
    Recap,
    RunEvidence,
    Session,
    TaskTrouble,
)
from orchestrator.domain.text.foreign_json import read_json, read_object
from orchestrator.domain.text.plain_text import plain

_FENCES: dict[str, Fence] = {word: word for word in get_args(Fence) if word != "none"}
_SESSION = ("acting", "where", "place", "machine", "boot", "user")
_RECAP = tuple(Recap.model_fields)


@dataclass
class _HostFold:
    plays: int = 0
    real: int = 0
    changed_tasks: list[str] = field(default_factory=list)
    skipped: int = 0
    rehearsed: list[str] = field(default_factory=list)
    fence: Fence = "none"
    fence_said: str = ""
    unfenced: int = 0
    addresses: list[str] = field(default_factory=list)
    astray: list[Astray] = field(default_factory=list)
    sessions: dict[int, Session] = field(default_factory=dict)
    sentinel: bool = False
    identity: str = ""
    last_task: str = ""
    troubles: dict[str, list[TaskTrouble]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_RECAP, 0))
    jobs: dict[str, TaskTrouble] = field(default_factory=dict)
    recap: Recap | None = None

    def trouble(self, kind: str, event: dict[str, Any]) -> None:
        trouble = TaskTrouble(task=plain(str(event["task"])), message=plain(str(event.get("message", ""))))
        self.troubles.setdefault(kind, []).append(trouble)

    def evidence(self, host: str) -> HostEvidence:
        kinds = ("failed", "timed_out", "rescued", "ignored", "masked", "unreachable")
        return HostEvidence(
            host=host,
            plays=self.plays,
            real=self.real,
            changed=len(self.changed_tasks),
            changed_tasks=tuple(self.changed_tasks),
            skipped=self.skipped,
            rehearsed_tasks=tuple(self.rehearsed),
            fence=self.fence,
            fence_said=self.fence_said,
            unfenced=self.unfenced,
            addresses=tuple(self.addresses),
            astray=tuple(self.astray),
            sessions=tuple(self.sessions.values()),
            sentinel=self.sentinel,
            identity=self.identity,
            last_task=self.last_task,
            counted=Recap(**self.counted),
            recap=self.recap,
            pending=tuple(self.jobs.values()),
            **{kind: tuple(self.troubles.get(kind, ())) for kind in kinds},
        )


class _RunFold:
    """The run as far as its events have been read; an event of a kind not known here is a gap, never skipped."""

    def __init__(self) -> None:
        self.hosts: dict[str, _HostFold] = {}
        self.touched: set[str] = set()
        self.changes = ChangesFold()
        self.prompts: list[str] = []
        self.sessions: list[Session] = []
        self.stock = ""
        self.ended = False

    def host(self, name: Any) -> _HostFold:
        return self.hosts.setdefault(plain(str(name)), _HostFold())

    def take(self, event: dict[str, Any]) -> None:
        getattr(self, f"_on_{event['event']}")(event)

    def _on_start(self, event: dict[str, Any]) -> None:
        if event["number"] != 0:
            raise ValueError("a second start")
        self.stock = plain(str(event.get("stock", "")))

    def _on_play(self, event: dict[str, Any]) -> None:
        for name in event["hosts"]:
            self.host(name).plays += 1

    def _on_addresses(self, event: dict[str, Any]) -> None:
        for name, address in event["hosts"].items():
            self.host(name).addresses.append(plain(str(address)))

    def _on_no_hosts(self, event: dict[str, Any]) -> None:
        """A play for other hosts than these; whoever misses it misses its tasks too."""

    def _on_prompt(self, event: dict[str, Any]) -> None:
        self.prompts.append(plain(str(event["variable"])))

    def _on_included(self, event: dict[str, Any]) -> None:
        for name in event["hosts"]:
            self.host(name).counted["ok"] += 1

    def _on_started(self, event: dict[str, Any]) -> None:
        if not event["sentinel"]:
            self.host(event["host"]).last_task = plain(str(event["task"]))

    def _on_touched(self, event: dict[str, Any]) -> None:
        self.touched.add(plain(str(event["where"])))

    def _on_astray(self, event: dict[str, Any]) -> None:
        self.touched.add(plain(str(event["where"])))
        fields = {name: plain(str(event[name])) for name in Astray.model_fields}
        self.host(event["host"]).astray.append(Astray(**fields))

    def _on_session(self, event: dict[str, Any]) -> None:
        if event["session"] != len(self.sessions):
            raise ValueError("a session out of number")
        fields = {name: plain(str(event[name])) for name in _SESSION}
        self.sessions.append(Session.model_validate(fields))

    def _on_changes(self, event: dict[str, Any]) -> None:
        self.changes.take(event)

    def _on_job(self, event: dict[str, Any]) -> None:
        jobs = self.host(event["host"]).jobs
        if event["finished"]:
            jobs.pop(str(event["job"]), None)
        else:
            jobs[str(event["job"])] = TaskTrouble(task=plain(str(event["task"])))

    def _on_result(self, event: dict[str, Any]) -> None:
        if event["where"] and not event["sentinel"]:
            self.touched.add(plain(str(event["where"])))
        fold = self.host(event["host"])
        self._answered(fold, event)
        if event["fence"]:
            fold.fence, fold.fence_said = _FENCES[event["fence"]], plain(str(event["said"]))
        fold.unfenced += fold.fence != "ok" and not event["sentinel"] and bool(event["where"])
        {"ok": _ok, "skipped": _skipped, "failed": _failed, "unreachable": _unreachable}[event["kind"]](
            fold, event
        )

    def _answered(self, fold: _HostFold, event: dict[str, Any]) -> None:
        for number in event.get("sessions", []):
            if type(number) is not int or not 0 <= number < len(self.sessions):
                raise ValueError("an answer over a session that nobody opened")
            before = fold.sessions.get(number) or self.sessions[number].model_copy(
                update={"task": plain(str(event["task"]))}
            )
            fold.sessions[number] = before.model_copy(update={"answers": before.answers + 1})

    def _on_answer(self, event: dict[str, Any]) -> None:
        """What a visit asked; visits/answers.py reads it."""

    def _on_hint(self, event: dict[str, Any]) -> None:
        """What a task would change; hints/said.py reads it."""

    def _on_would_act(self, event: dict[str, Any]) -> None:
        """A task for which no hint is had; hints/said.py reads it."""

    def _on_stats(self, event: dict[str, Any]) -> None:
        for name, counts in event["recap"].items():
            self.host(name).recap = Recap(**{key: counts[key] for key in _RECAP})

    def _on_end(self, event: dict[str, Any]) -> None:
        self.ended = bool(event)


def _ok(fold: _HostFold, event: dict[str, Any]) -> None:
    if event["counted"]:
        fold.counted["ok"] += 1
    if event["fence"]:
        return
    if event["sentinel"]:
        fold.sentinel, fold.identity = True, plain(str(event["identity"]))
        return
    if event["changed"]:
        fold.changed_tasks.append(plain(str(event["task"])))
    if event["check"] and event["where"]:
        fold.rehearsed.append(plain(str(event["task"])))
    fold.real += bool(event["real"] and not event["check"] and event["where"] == event["host"])
    if event["masked"]:
        fold.trouble("masked", event)


def _skipped(fold: _HostFold, event: dict[str, Any]) -> None:
    fold.skipped += 1
    if event["check"]:
        fold.rehearsed.append(plain(str(event["task"])))


def _failed(fold: _HostFold, event: dict[str, Any]) -> None:
    if event["ignored"]:
        fold.counted["ok"] += 1
        fold.counted["ignored"] += 1
        fold.trouble("ignored", event)
    elif event["rescued"]:
        fold.counted["rescued"] += 1
        fold.trouble("rescued", event)
    else:
        fold.counted["failures"] += 1
        fold.trouble("timed_out" if event["timed_out"] else "failed", event)


def _unreachable(fold: _HostFold, event: dict[str, Any]) -> None:
    if event["ignored"]:
        fold.counted["ok"] += 1
        fold.counted["ignored"] += 1
    else:
        fold.counted["unreachable"] += 1
    fold.trouble("unreachable", event)


def fold(content: bytes, nonce: str) -> RunEvidence:
    """The evidence in a stream of events; the first line that does not follow from the one before ends the reading."""
    run, gaps = _RunFold(), []
    try:
        for event in lines_of(content, nonce):
            if run.ended:
                raise ValueError("something after the end marker")
            run.take(event)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        gaps.append(f"the event stream breaks: {plain(str(wrong))}")
    if not run.ended:
        gaps.append("the event stream has no end marker" if content else "there is no event at all")
    return RunEvidence(
        hosts=tuple(folded.evidence(host) for host, folded in run.hosts.items()),
        gaps=tuple(gaps),
        touched=tuple(sorted(run.touched)),
        changes=run.changes.groups(),
        prompts=tuple(run.prompts),
        stock=run.stock,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def lines_of(content: bytes, nonce: str) -> Iterator[dict[str, Any]]:
    """Each event in turn. Raises ValueError at a line that is cut, of another run, or out of number."""
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1]):
        event = read_json(line)
        if not isinstance(event, dict) or event.get("nonce") != nonce or event.get("number") != number:
            raise ValueError(f"line {number + 1} is not event {number} of this run")
        yield event
    if lines[-1]:
        raise ValueError(f"line {len(lines)} is cut")


def tasks_seen(path: Path, after: int) -> list[TaskSeen]:
    """What the stream tells a watcher, from event number `after` on; a line still being written is left for next time."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    seen: list[TaskSeen] = []
    for line in lines[after:]:
        # What makes no sense is not shown; the fold of the evidence names it.
        with suppress(ValueError, KeyError, TypeError, OverflowError, OSError):
            event = read_object(line)
            if event.get("event") in ("started", "result") and not event.get("sentinel"):
                seen.append(_task_seen(event))
    return seen


def _task_seen(event: dict[str, Any]) -> TaskSeen:
    return TaskSeen.model_validate(
        {
            "number": event["number"] + 1,
            "at": datetime.fromtimestamp(event["at"], UTC),
            "host": event["host"],
            "task": plain(str(event["task"])),
            "status": _status(event),
            "message": plain(str(event.get("message", ""))),
        }
    )


def _status(event: dict[str, Any]) -> str:
    if event["event"] == "started":
        return "started"
    for name in ("ignored", "rescued"):
        if event.get(name) and event["kind"] == "failed":
            return name
    if event["kind"] == "ok":
        return "changed" if event["changed"] else "ok"
    return str(event["kind"])
