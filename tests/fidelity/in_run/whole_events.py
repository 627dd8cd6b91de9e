"""A callback that writes each event whole, a line of JSON each, into the file that FIDELITY_EVENTS names."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: whole_events
type: notification
short_description: events as they are
description: events as they are
options: {}
"""
LONGEST = 100_000


def plain(value: Any) -> Any:
    """The value in terms of JSON; types that JSON does not have are named, long texts are digests."""
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str):
        if len(value) > LONGEST:
            digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
            return f"{len(value)} characters, {digest}"
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return f"{type(value).__name__}: {value!r}"


def shown(part: Any) -> dict[str, Any]:
    """What an argument of an event holds."""
    kind = type(part).__name__
    if hasattr(part, "_result") or (hasattr(part, "result") and hasattr(part, "task_fields")):
        fields = part.task_fields if hasattr(part, "task_fields") else part._task_fields
        result = part.result if hasattr(part, "result") else part._result
        host = part.host if hasattr(part, "host") else part._host
        task = part.task if hasattr(part, "task") else part._task
        return {
            "host": host.get_name(),
            "task": task.get_name(),
            "result": plain(result),
            "fields": plain(dict(fields)),
        }
    if kind == "Host":
        return {"host": part.get_name()}
    if kind == "IncludedFile":
        hosts = sorted(host.get_name() for host in part._hosts)
        return {
            "file": str(part._filename),
            "hosts": hosts,
            "variables": plain(dict(part._vars)),
            "role": bool(part._is_role),
        }
    if kind in ("Task", "Handler", "TaskInclude", "HandlerTaskInclude", "IncludeRole"):
        tags, path = sorted(map(str, part.tags)), part.get_path()
        return {
            "task": part.get_name(),
            "action": str(part.action),
            "path": str(path),
            "tags": tags,
            "kind": kind,
        }
    if kind == "Play":
        return {"play": part.get_name(), "hosts": plain(part.hosts), "strategy": str(part.strategy)}
    if kind == "AggregateStats":
        return {
            "recap": {host: part.summarize(host) for host in sorted(part.processed)},
            "custom": plain(dict(part.custom)),
        }
    if kind in ("Playbook", "PlaybookExecutor"):
        return {"playbook": Path(str(part._file_name)).name}
    return {"value": plain(part)}


def _teller(name: str) -> Any:
    def tell(self: Any, *parts: Any, **named: Any) -> None:
        event: dict[str, Any] = {"event": name}
        for part in parts:
            event.update(shown(part))
        event.update({key: plain(value) for key, value in named.items() if isinstance(value, bool | str)})
        line = json.dumps(event, sort_keys=True) + "\n"
        os.write(self.descriptor, line.encode())

    return tell


class _Events(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "whole_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        place = os.environ["FIDELITY_EVENTS"]
        self.descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


_NAMES = [name for name in dir(CallbackBase) if name.startswith("v2_") and name != "v2_on_any"]
CallbackModule = type("CallbackModule", (_Events,), {name: _teller(name) for name in _NAMES})
