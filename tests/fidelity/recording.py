"""What a run said and left: its events, its exit code, what it printed, and the files that are there afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_SIGNS = re.compile(r"(?=\[(?:WARNING|ERROR|DEPRECATION WARNING)\])")
# What a result holds stands in the events; here only that it was printed counts.
_SHOWN = re.compile(r"(=> |\) => )[{\[].*|\{\n.*", re.DOTALL)

_LEFT_OUT = ("TASK [", "RUNNING HANDLER [", "PLAY [", "ASYNC POLL on ")
_INCLUDED = re.compile(r"^(included: .* for )([^=]*?)( => .*|$)")


class Recording(NamedTuple):
    """One run, as it was."""

    events: tuple[dict[str, Any], ...]
    code: int
    out: str
    err: str
    files: dict[str, tuple[str, ...]]
    """By host, and `here` for the controller: a line for each file."""

    def saved(self) -> str:
        """As JSON."""
        return json.dumps(self._asdict())


def loaded(text: str) -> Recording:
    """The recording that was saved."""
    values = json.loads(text)
    files = {host: tuple(lines) for host, lines in values["files"].items()}
    return Recording(tuple(values["events"]), values["code"], values["out"], values["err"], files)


def read_events(path: Path) -> tuple[dict[str, Any], ...]:
    """The events of a run; none where it wrote none."""
    if not path.exists():
        return ()
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def sequences(recording: Recording) -> dict[str, list[Any]]:
    """What must be equal, by what it is of: each host's events in their order, the play's own, words, files."""
    parts: dict[str, list[Any]] = {"exit code": [recording.code]}
    for name, event in _by_owner(recording.events):
        parts.setdefault(name, []).append(event)
    parts["words on standard output"] = sorted(_lines(recording.out))
    parts["warnings"] = sorted(" ".join(text.split()) for text in _SIGNS.split(recording.err) if text.strip())
    for host, lines in recording.files.items():
        parts[f"files of {host}"] = sorted(lines)
    return parts


def _by_owner(events: tuple[dict[str, Any], ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Hosts go on side by side, so only the order of each counts; where the strategy is free, tasks begin in any order."""
    free: list[dict[str, Any]] = []
    strategy = "linear"
    for event in events:
        # How often a job is asked depends on how long it takes.
        if event["event"] == "v2_runner_on_async_poll":
            continue
        if event["event"] in ("v2_playbook_on_play_start", "v2_playbook_on_stats"):
            yield from (("the play", each) for each in sorted(free, key=str))
            free, strategy = [], str(event.get("strategy", "linear"))
        if "host" in event:
            yield f"events of {event['host']}", event
        elif strategy in ("free", "host_pinned"):
            free.append(event)
        else:
            yield "the play", event


def _lines(text: str) -> list[str]:
    """Results as they were shown.

    Headings are left out: events have them, and they are repeated where a strategy is free. So are looks at jobs: how often
    a job is asked depends on how long it takes.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith((" ", *_LEFT_OUT))]
    return [_SHOWN.sub(r"\1", _INCLUDED.sub(_sorted_hosts, line)) for line in lines]


def _sorted_hosts(match: re.Match[str]) -> str:
    """Which host answered first is no part of what was included."""
    return f"{match[1]}{', '.join(sorted(match[2].split(', ')))}{match[3]}"
