"""Where two recordings are not equal, field by field; what two stock runs never agree on is left out, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from tests.fidelity.recording import Recording, sequences


class Difference(NamedTuple):
    """One place where the second run is not as the first."""

    part: str
    task: str
    field: str
    first: Any
    second: Any

    def __str__(self) -> str:
        first, second = self.first, self.second
        if isinstance(first, str) and isinstance(second, str) and len(first) + len(second) > 300:
            pairs = enumerate(zip(first, second, strict=False))
            same = next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))
            first, second = (f"...{side[max(0, same - 60) :]}" for side in (first, second))
        first, second = (_short(value) for value in (first, second))
        return f"{self.part} | {self.task} | {self.field}: {first} -> {second}"


class Volatile(NamedTuple):
    """Text that differs from one stock run to the next: what stands in its place, and why."""

    pattern: re.Pattern[str]
    instead: str
    why: str


def _volatile(pattern: str, instead: str, why: str) -> Volatile:
    return Volatile(re.compile(pattern), instead, why)


VOLATILE_TEXT = (
    _volatile(r"ansible-tmp-[\d.]+-\d+-\d+", "<tmp>", "a temporary folder is named after time and chance"),
    _volatile(r"ansible-local-\w+", "<local tmp>", "the same on the controller"),
    _volatile(r"ansible_[\w.]+?_payload_\w+", "<payload>", "the same for a module"),
    _volatile(r"ansible-moduletmp-[\d.]+-\w+", "<module tmp>", "the same for a module"),
    _volatile(r"\bmade-\w{8}\b", "<made>", "what a playbook of these has made by chance"),
    _volatile(r"\b(ansible[-_])?tmp[\w]{8}\b", "<tmp>", "Python's own names of temporary files"),
    _volatile(r"(?:^|(?<=/))\.[a-z0-9_]{8}$", "<tmp>", "the same for content that is copied"),
    _volatile(
        r"(Failed to find handler for \S+).*(?s:.*)",
        r"\1 <reasons>",
        "unarchive tries its tools in an order by chance",
    ),
    _volatile(r"Paused for [\d.]+ ", "Paused for <elapsed> ", "how long it took"),
    _volatile(r"\.ansible_tmp\S+", "<tmp>", "the same for files that are moved into place"),
    _volatile(r"\bj?\d{9,13}\.\d+\b", "<job or time>", "jobs are named after chance and process"),
    _volatile(
        r"\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~", "<backup>", "backups are named after process and time"
    ),
    _volatile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?", "<time>", "times"),
    _volatile(r"\b0x[0-9a-f]{6,}\b", "<address>", "addresses of objects"),
    _volatile(r"BECOME-SUCCESS-[a-z]+", "<mark>", "the mark of become is chance"),
    _volatile(r"(\d+\.){3}\d+ \d{4,5}( (\d+\.){3}\d+)? 22\b", "<connection>", "ports of connections"),
    _volatile(
        r"(Connection reset by|closed by|port) (\S+ port )?\d{2,5}", r"\1 <port>", "ports of connections"
    ),
    _volatile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>", "tasks are numbered by chance"),
    _volatile(r"\bpid[ =]\d+|\bpid: \d+", "<pid>", "numbers of processes"),
    _volatile(r"tasks-\d+|elapsed[^,]{0,20}\d+\.\d+", "<elapsed>", "how long it took"),
    _volatile(r"/dev/pts/\d+", "<terminal>", "numbers of terminals"),
    _volatile(r"ssh-ed25519 \S+|SHA256:\S+", "<key>", "keys are made by chance"),
)
_TIMES = "times"
_KERNEL, _FREE, _CHANCE, _SESSIONS = (
    "the kernel gives",
    "what is free",
    "names by chance",
    "numbers of sessions",
)
VOLATILE_FIELDS = {
    **dict.fromkeys(("start", "end", "delta", "mtime", "atime", "ctime", "elapsed", "birthtime"), _TIMES),
    **dict.fromkeys(("date_time", "uptime_seconds"), _TIMES),
    **dict.fromkeys(("inode", "dev", "pid", "child_pid", "version_id"), _KERNEL),
    **dict.fromkeys(("block_available", "block_used", "inode_available", "inode_used"), _FREE),
    **dict.fromkeys(("size_available", "memfree_mb", "swapfree_mb", "memory_mb", "loadavg"), _FREE),
    **dict.fromkeys(("ansible_job_id", "job_id", "results_file", "uuid", "_uuid", "parent"), _CHANCE),
    **dict.fromkeys(("XDG_SESSION_ID", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"), _SESSIONS),
    **dict.fromkeys(("SYSTEMD_EXEC_PID", "INVOCATION_ID", "JOURNAL_STREAM", "MainPID"), _SESSIONS),
}
"""By name, with `ansible_` before it or not: a value that two stock runs do not agree on, and whose it is."""
UNIT = ("Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "FragmentPath", "Result", "Type")
"""What counts of systemd's account of a unit; the rest is times, numbers, and lists in an order by chance."""
UNORDERED = {"mounts", "interfaces", "virtualization_tech_guest", "virtualization_tech_host"}
"""Modules make these lists of sets or in threads: their order is chance."""


def settled(value: Any, name: str = "") -> Any:
    """The value of that name without what two stock runs do not agree on."""
    name = name.removeprefix("ansible_")
    if name in VOLATILE_FIELDS and not isinstance(value, bool):
        return "<volatile>"
    if isinstance(value, dict) and "ExecMainPID" in value:
        return {key: value.get(key) for key in UNIT}
    if isinstance(value, dict):
        return {settled(key): settled(item, key) for key, item in value.items()}
    if isinstance(value, list):
        items = [settled(item) for item in value]
        return sorted(items, key=str) if name in UNORDERED else items
    if isinstance(value, str):
        for rule in VOLATILE_TEXT:
            value = rule.pattern.sub(rule.instead, value)
    return value


def differences(first: Recording, second: Recording) -> Iterator[Difference]:
    """Every place where two runs of one playbook are not equal."""
    ours, theirs = sequences(first), sequences(second)
    for part in [*ours, *(part for part in theirs if part not in ours)]:
        yield from _of_part(part, settled(ours.get(part, [])), settled(theirs.get(part, [])))


def _of_part(part: str, first: list[Any], second: list[Any]) -> Iterator[Difference]:
    ours, theirs = ([_head(item) for item in several] for several in (first, second))
    for verb, a, b, c, d in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
        if verb == "equal" or (b - a == d - c and verb == "replace" and part.startswith("events")):
            for one_side, other_side in zip(first[a:b], second[c:d], strict=True):
                yield from _fields(part, _task(one_side), "", one_side, other_side)
        else:
            yield from (Difference(part, _task(item), "missing", _summary(item), None) for item in first[a:b])
            yield from (Difference(part, _task(item), "added", None, _summary(item)) for item in second[c:d])


def _fields(part: str, task: str, field: str, first: Any, second: Any) -> Iterator[Difference]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted({*first, *second}):
            yield from _fields(
                part, task, f"{field}.{key}".lstrip("."), first.get(key, ABSENT), second.get(key, ABSENT)
            )
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for number, (item, other) in enumerate(zip(first, second, strict=True)):
            yield from _fields(part, task, f"{field}[{number}]", item, other)
    elif first != second or type(first) is not type(second):
        yield Difference(part, task, field, first, second)


ABSENT = "<absent>"


def _head(item: Any) -> str:
    return f"{item['event']} {item.get('task')}" if isinstance(item, dict) else str(item)


def _task(item: Any) -> str:
    return str(item.get("task") or item["event"]) if isinstance(item, dict) else ""


def _summary(item: Any) -> Any:
    return item["event"] if isinstance(item, dict) else item


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:150]} ... {text[-140:]}"
