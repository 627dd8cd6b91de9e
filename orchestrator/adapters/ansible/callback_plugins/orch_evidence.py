"""Callback plugin of orch: writes what happens in a run as numbered JSON lines into a private file.

It writes, and it closes the run to hosts that refused it, or that are not where they were. It runs inside
ansible-playbook and imports nothing of orch. A line that cannot be written ends the writing for good: then
the numbering has no end marker, and the run does not count. Module arguments and results are never written, but for a
short message of tasks that failed, and none where `no_log` is set.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import os
import re
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

DOCUMENTATION = """
name: orch_evidence
type: aggregate
short_description: Evidence of a run for orch
description: Writes numbered events to the file that ORCH_EVIDENCE names; silent without it.
"""

_MESSAGE_LIMIT = 600
_FENCE = re.compile(r"^orch fence (ok|newer|other|machine|failed) ([0-9A-Za-z-]{1,64}) end\r?$", re.MULTILINE)
# As the ssh connection resolves them: the last that is set counts.
_HOST = ("inventory_hostname", "ansible_host", "ansible_ssh_host")
_PORT = ("ansible_port", "ansible_ssh_port")
_SSH = ("ssh", "smart", "paramiko", "paramiko_ssh")
_UNANSWERED = "it asked a person, and nobody was there"
_WHY_UNFENCED = {
    "lock": "/var/lib/orch/epoch.lock cannot be locked",
    "unreadable": "/var/lib/orch/epoch holds no number",
    "write": "/var/lib/orch/epoch cannot be written",
}
# Actions that never reach the host; an `ok` of theirs says nothing about it.
_CONTROLLER_ONLY = frozenset(
    {
        "add_host",
        "assert",
        "debug",
        "fail",
        "group_by",
        "meta",
        "pause",
        "set_fact",
        "set_stats",
        "validate_argument_spec",
    }
    | {"import_playbook", "import_role", "import_tasks", "include_role", "include_tasks", "include_vars"}
)
# Actions that only look; an `ok` of theirs deploys nothing, and a failure that is declared to be none hides nothing.
_READ_ONLY = frozenset(
    {
        "setup",
        "gather_facts",
        "ping",
        "package_facts",
        "service_facts",
        "mount_facts",
        "stat",
        "slurp",
        "find",
        "getent",
    }
    | {"wait_for_connection", "wait_for"}
)


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Evidence of one run."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "orch_evidence"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lock = threading.Lock()
        self._number = 0
        self._play: Any = None
        self._ours = ""
        self._reported: dict[str, str] = {}
        # Taken out of the environment, so that nothing that the run starts can find the file.
        path = os.environ.pop("ORCH_EVIDENCE", "")
        self._nonce = os.environ.pop("ORCH_NONCE", "")
        self._addresses = _addresses(os.environ.pop("ORCH_ADDRESSES", ""))
        self._marker = os.environ.pop("ORCH_MARKER", "")
        self._control = os.environ.pop("ORCH_CONTROL", "")
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600) if path else -1

    def _write(self, event: str, **fields: Any) -> None:
        with self._lock:
            if self._file < 0:
                return
            line = {"nonce": self._nonce, "number": self._number, "at": time.time(), "event": event, **fields}
            content = (json.dumps(line, default=str) + "\n").encode("utf-8", "backslashreplace")
            try:
                written = os.write(self._file, content)
            except OSError:
                written = -1
            self._number += 1
            if written != len(content):
                os.close(self._file)
                self._file = -1

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Mark the remote processes of every play but our own: each play's environment, first, so that its own wins."""
        # All that Ansible loaded stays to the end: each of its forks would only walk through it, and copy it, in vain.
        gc.freeze()
        _hold_mitogen_to_the_run(self._control)
        self._write("start", pid=os.getpid())
        plays = playbook.get_plays()
        users = [play for play in plays if not self._which(play)]
        for play in plays:
            if not self._which(play) and self._marker:
                play.environment = [{"ORCH_RUN": self._marker}, *_as_list(play.environment)]
            elif users:
                # Variables beside the user's playbook say how its hosts are reached, in our plays too.
                play._included_path = users[0]._included_path
        if users and self._nonce:
            playbook._loader.set_basedir(users[0]._included_path or playbook._basedir)
            self._look_where(plays[0])

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play, self._ours = play, self._which(play)
        self._look_where(play)
        hosts = [] if self._ours else [host.name for host in _hosts_of(play)]
        self._write("play", name=play.get_name(), hosts=hosts, sentinel=bool(self._ours))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._write("no_hosts")

    def v2_playbook_on_vars_prompt(self, varname: str, *_arguments: Any, **_options: Any) -> None:
        self._write("prompt", variable=varname)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """Ansible counts an include for each file that it really took in, and only then."""
        self._write("included", hosts=[host.get_name() for host in included_file._hosts])

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._write("started", host=host.get_name(), task=task.get_name(), sentinel=bool(self._ours))

    def v2_runner_on_ok(self, result: Any) -> None:
        self._result("ok", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result, ignored=bool(result.task_fields.get("ignore_unreachable")))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        rescued = not ignore_errors and _is_rescued(result.task)
        timed_out = "timedout" in result.result
        self._result("failed", result, ignored=bool(ignore_errors), rescued=rescued, timed_out=timed_out)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._item(result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._item(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._write("stats", recap={host: stats.summarize(host) for host in sorted(stats.processed)})
        self._write("end")

    def _which(self, play: Any) -> str:
        """`fence` or `sentinel` for our own plays, empty for the user's."""
        ours = [name for name in ("fence", "sentinel") if play.get_name() == f"orch {name} {self._nonce}"]
        return ours[0] if ours and self._nonce else ""

    def _look_where(self, play: Any) -> None:
        """Tell where each host of a play is reached; with one elsewhere than it was, the run is over for all."""
        where = {host.name: _reached_at(play, host) for host in _hosts_of(play)} if self._nonce else {}
        fresh = {name: used for name, used in where.items() if self._reported.get(name) != used}
        if fresh:
            self._reported.update(fresh)
            self._write("addresses", hosts=fresh)
        if any(self._addresses.get(name, used) != used for name, used in fresh.items()):
            self._close(play, None)

    def _close(self, play: Any, host: str | None) -> None:
        """No play goes to this host any more, not even where a playbook clears errors; without a host, to none."""
        inventory = play.get_variable_manager()._inventory
        left = [name for name in inventory._subset or [] if name and name != host] if host else []
        inventory._subset = left or ["!all"]

    def _item(self, result: Any) -> None:
        where = _where(result)
        if where and where != result.host.get_name():
            self._write("touched", host=result.host.get_name(), where=where, task=result.task.get_name())
        self._job(result)

    def _job(self, result: Any) -> None:
        job = result.result.get("ansible_job_id")
        if job:
            self._write(
                "job",
                host=result.host.get_name(),
                task=result.task.get_name(),
                job=str(job),
                finished=bool(result.result.get("finished")),
            )

    def _result(self, kind: str, result: Any, **fields: Any) -> None:
        task, answer = result.task, result.result
        action = _action(task)
        asked = kind == "ok" and action == "pause" and not {"seconds", "minutes"} & task.args.keys()
        fence, reason = _fence(kind, answer) if self._ours == "fence" else ("", "")
        if fence not in ("", "ok"):
            self._close(self._play, None if fence in ("newer", "other") else result.host.get_name())
        masked = asked or (kind == "ok" and _is_masked(task, answer))
        self._job(result)
        self._write(
            "result",
            host=result.host.get_name(),
            task=task.get_name(),
            kind=kind,
            sentinel=bool(self._ours),
            fence=fence,
            said=reason,
            where="" if action in _CONTROLLER_ONLY or kind == "skipped" else _where(result),
            real=kind == "ok" and action not in _CONTROLLER_ONLY | _READ_ONLY,
            counted=not isinstance(task, TaskInclude),
            changed=bool(result.is_changed()),
            check=result.task_fields.get("check_mode") is True,
            masked=masked,
            message=_UNANSWERED
            if asked
            else _message(answer)
            if masked or kind in ("failed", "unreachable")
            else "",
            identity=_identity(answer) if self._ours == "sentinel" and kind == "ok" else "",
            **fields,
        )


def _hold_mitogen_to_the_run(folder: str) -> None:
    """It would pin each process to a core, which is slower where there are few, and have its socket in a folder of all, where a
    run that is killed leaves it behind.
    """
    if not os.environ.get("ANSIBLE_STRATEGY", "").startswith("mitogen"):
        return
    affinity: Any = importlib.import_module("ansible_mitogen.affinity")
    affinity.policy = affinity.Policy()
    if folder:
        unix: Any = importlib.import_module("mitogen.unix")
        unix.make_socket_path = lambda: f"{folder}/mitogen-{secrets.token_hex(4)}.sock"


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _hosts_of(play: Any) -> list[Any]:
    """The hosts of the batch that a play is about to run on; of one with no hosts, none."""
    manager = play.get_variable_manager()
    inventory = getattr(manager, "_inventory", None)
    return inventory.get_hosts(play.hosts) if inventory is not None else []


def _addresses(path: str) -> dict[str, str]:
    if not path:
        return {}
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    return {str(host): str(address) for host, address in settings.items()}


def _reached_at(play: Any, host: Any) -> str:
    """`address:port`, or the name of a connection that is not ssh."""
    manager = play.get_variable_manager()
    variables = manager.get_vars(play=play, host=host, include_hostvars=False)
    wanted = {name: variables[name] for name in (*_HOST, *_PORT, "ansible_connection") if name in variables}
    try:
        answer = {
            name: str(Templar(loader=play._loader, variables=variables).template(value))
            for name, value in wanted.items()
        }
    except Exception as wrong:  # noqa: BLE001 - a template of the user's; where it leads is not known then
        return f"unknown ({wrong})"[:_MESSAGE_LIMIT]
    connection = str(answer.get("ansible_connection") or play.connection or "ssh").rpartition(".")[2]
    if connection not in _SSH:
        return f"connection {connection}"
    address = [answer[name] for name in _HOST if name in answer][-1:] or [host.name]
    default = [str(play.port or constants.DEFAULT_REMOTE_PORT or 22)]
    ports = [answer[name] for name in _PORT if name in answer]
    return f"{address[0]}:{[*default, *ports][-1]}"


def _fence(kind: str, answer: dict[str, Any]) -> tuple[str, str]:
    """What the host answered to the epoch; `ok` only where it said so itself."""
    fence_lines = _FENCE.findall(str(answer.get("stdout") or "")[:10000])
    word, reason = fence_lines[-1] if fence_lines else ("", "")
    if kind == "ok":
        return ("ok", reason) if word == "ok" else ("failed", "the host did not answer")
    if kind == "failed" and word in ("newer", "other", "machine"):
        return word, reason
    if word == "failed":
        return word, _WHY_UNFENCED.get(reason, reason)
    # There is a terminal, so what sudo complains of comes with the output.
    lines = str(answer.get("stdout") or "").strip().splitlines() if kind == "failed" else []
    return "failed", lines[-1][:_MESSAGE_LIMIT] if lines else ""


def _action(task: Any) -> str:
    name = str(getattr(task, "resolved_action", None) or task.action)
    for prefix in ("ansible.builtin.", "ansible.legacy."):
        name = name.removeprefix(prefix)
    return name


def _where(result: Any) -> str:
    """The host that the task really acted on: its delegate, or the controller for a local connection set by the play."""
    fields = result.task_fields
    delegate = fields.get("delegate_to")
    if delegate:
        return str(delegate)
    if str(result.task.connection or "") in ("local", "ansible.builtin.local"):
        return "localhost"
    return str(result.host.get_name())


def _is_rescued(task: Any) -> bool:
    """Whether a failing task stands in the body of a block that has a rescue section."""
    child, parent = task, getattr(task, "_parent", None)
    while parent is not None:
        body = [part._uuid for part in getattr(parent, "block", None) or []]
        if getattr(parent, "rescue", None) and child._uuid in body:
            return True
        child, parent = parent, getattr(parent, "_parent", None)
    return False


def _never(conditions: Any) -> bool:
    return any(str(condition).lower() in ("false", "no") for condition in _as_list(conditions))


def _is_masked(task: Any, answer: dict[str, Any]) -> bool:
    """A failure that `failed_when: false` declares away; with `changed_when: false` beside it, it is a probe."""
    if not _never(task.failed_when) or _never(task.changed_when) or _action(task) in _READ_ONLY:
        return False
    answers = [item for item in answer.get("results") or [answer] if isinstance(item, dict)]
    return any(item.get("rc") not in (None, 0) or "exception" in item for item in answers)


def _message(answer: dict[str, Any]) -> str:
    if "censored" in answer:
        return "(hidden by no_log)"
    items = [item for item in answer.get("results") or [] if isinstance(item, dict)]
    failed = next((item for item in items if item.get("failed") or item.get("unreachable")), None)
    if failed is not None and failed is not answer:
        return _message(failed)
    message = _shorter(str(answer.get("msg") or answer.get("reason") or "").strip())
    errors = str(answer.get("stderr") or answer.get("module_stderr") or "").strip()
    parts = [message, errors.splitlines()[-1]] if errors else [message]
    if answer.get("rc") not in (None, 0):
        parts.append(f"exit code {answer['rc']}")
    return "; ".join(part for part in parts if part)[:_MESSAGE_LIMIT]


def _shorter(message: str) -> str:
    """Without the words that Ansible puts before every failure; of ssh's banners, the fact that counts."""
    if "Host key verification failed" in message or "HOST IDENTIFICATION HAS CHANGED" in message:
        return "host key verification failed: the host's key is not the one that is pinned for it"
    for before in (
        "Task failed: ",
        "Module failed: ",
        "Action failed: ",
        "Failed to connect to the host via ssh: ",
    ):
        message = message.removeprefix(before)
    return message


def _identity(answer: dict[str, Any]) -> str:
    """A digest of what only one machine answers; empty when the host answered nothing that identifies it."""
    words = str(answer.get("stdout") or "")[:1000].split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if len(words) >= 2 else ""
