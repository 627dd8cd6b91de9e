"""What a run in check mode said, read from its evidence: text from hosts, read as text from outside."""

from typing import Any

from pydantic import TypeAdapter

from orchestrator.adapters.ansible.events.event_stream import lines_of
from orchestrator.domain.evidence.hint import ActingTask, HintDiff, HintRun, HintTask
from orchestrator.domain.text.plain_text import escaped_text, plain

_TASK: TypeAdapter[HintTask] = TypeAdapter(HintTask)
_FIELDS = tuple(HintTask.model_fields)
_NAME = 200
_WORDS = 300


def said_by(content: bytes, nonce: str, hosts: tuple[str, ...]) -> HintRun:
    """All that the stream says; where it breaks, what came before, and a fault."""
    seen = _Seen(hosts)
    try:
        for event in lines_of(content, nonce):
            take = getattr(seen, f"on_{event['event']}", None)
            if take is not None:
                take(event)
    except (ValueError, KeyError, TypeError) as wrong:
        seen.faults.append(f"the event stream breaks: {plain(str(wrong), _WORDS)}")
    if not seen.ended:
        seen.faults.append("the run did not come to its end")
    return HintRun(
        tasks=tuple(seen.tasks),
        through=tuple(host for host in hosts if host in seen.through),
        acting=tuple(seen.acting),
        faults=tuple(dict.fromkeys(seen.faults)),
    )


class _Seen:
    """What was read so far; events of other kinds say nothing that a hint shows."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self.hosts, self.ended = hosts, False
        self.tasks: list[HintTask] = []
        self.acting: dict[ActingTask, None] = {}
        self.through: set[str] = set()
        self.faults: list[str] = []

    def on_hint(self, event: dict[str, Any]) -> None:
        task = _TASK.validate_python({name: event[name] for name in _FIELDS})
        if task.host in self.hosts:
            self.tasks.append(_read(task))

    def on_would_act(self, event: dict[str, Any]) -> None:
        name, action = (plain(str(event[field]), _NAME) for field in ("task", "action"))
        self.acting[ActingTask(task=name, action=action)] = None

    def on_prompt(self, event: dict[str, Any]) -> None:
        self.faults.append(f"the playbook asks a person for {plain(str(event['variable']), _NAME)}")

    def on_result(self, event: dict[str, Any]) -> None:
        if event["fence"] not in ("", "ok"):
            self.faults.append(_refusal(str(event["host"]), str(event["said"] or event["message"])))
        elif event["sentinel"] and event["kind"] == "ok" and not event["fence"]:
            self.through.add(str(event["host"]))

    def on_end(self, event: dict[str, Any]) -> None:
        self.ended = bool(event)


def _refusal(host: str, words: str) -> str:
    return f"{plain(host)} did not let the run begin: {plain(words, _WORDS) or 'it gave no answer'}"


def _read(task: HintTask) -> HintTask:
    return task.model_copy(
        update={
            "task": plain(task.task, _NAME),
            "action": plain(task.action, _NAME),
            "message": plain(task.message, _WORDS),
            "diffs": tuple(_diff(each) for each in task.diffs),
        }
    )


def _diff(diff: HintDiff) -> HintDiff:
    text = "\n".join(escaped_text(line) for line in diff.text.split("\n"))
    return diff.model_copy(update={"path": escaped_text(diff.path), "text": text, "withheld": ""})
