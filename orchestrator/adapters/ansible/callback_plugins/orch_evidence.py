"""Callback plugin of orch: writes what happens in a run as numbered JSON lines into a private file.

It writes, and it closes the run to hosts that refused it, or that are not where they were. It runs inside
ansible-playbook and imports nothing of orch. A line that cannot be written ends the writing for good: then
the numbering has no end marker, and the run does not count. Module arguments and results are never written, but for a
short message of tasks that failed and the names of what tasks changed, and none where `no_log` is set. A visit's answers
are written in the values that are to be kept.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: orch_evidence
type: aggregate
short_description: Evidence of a run for orch
description: Writes numbered events to the file that ORCH_EVIDENCE names; silent without it.
"""

_UNANSWERED = "it asked a person, and nobody was there"


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
        self.stock = ""
        self._sessions: Any = None
        self._places: Any = None
        self._changes: Any = None
        # Taken out of the environment, so that nothing that the run starts can find the file.
        path = os.environ.pop("ORCH_EVIDENCE", "")
        self._nonce = os.environ.pop("ORCH_NONCE", "")
        self._addresses = _addresses(os.environ.pop("ORCH_ADDRESSES", ""))
        self._marker = os.environ.pop("ORCH_MARKER", "")
        self._control = os.environ.pop("ORCH_CONTROL", "")
        self._ways, self._given = _ways(os.environ.pop("ORCH_WAYS", ""), self._nonce, self._addresses)
        given = self._given
        self._delegates = [str(name) for name in given.get("delegates", [])]
        self._vaulted, self._named = given.get("vaulted", []), set(given.get("named_tasks", []))
        self._identities: dict[str, Any] = given.get("identities", {})
        self._visit: dict[str, Any] = given.get("visit", {})
        self._hint = _beside("hints").of_run(self._nonce, self._ways, given.get("hint"), _kept_text().KEPT)
        if self._ways:
            self._changes, self._sessions = _beside("changes").Report(), _beside("sessions").Report()
        self._file = _new_file(path) if path else -1
        if path:
            _kept_text().install(given.get("passed", []))

    def goes_stock(self, reason: str) -> None:
        """An accelerated run goes Ansible's own way after all, which shares connections."""
        self.stock = reason
        if self._ways:
            self._ways.first = _beside("ssh_options").before_all(self._given["ssh_stock"])

    def _write(self, event: str, **fields: Any) -> None:
        fields = _kept_text().kept_fields(fields, self._named)
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
        if os.environ.get("ANSIBLE_STRATEGY", "").startswith("mitogen"):
            _beside("mitogen_held").hold(self._control, self._ways)
        _kept_text().know_all(playbook._loader, self._vaulted)
        self._write("start", pid=os.getpid(), stock=self.stock)
        plays = playbook.get_plays()
        users = [play for play in plays if not self._which(play)]
        for play in plays:
            if not self._which(play) and self._marker:
                play.environment = [{"ORCH_RUN": self._marker}, *_as_list(play.environment)]
            elif users or self._visit:
                # Variables beside the user's playbook say how its hosts are reached, in our plays too.
                play._included_path = users[0]._included_path if users else self._visit["beside"]
        if (users or self._visit) and self._nonce:
            playbook._loader.set_basedir(plays[0]._included_path or playbook._basedir)
            self._look_where(plays[0])
            known = {**self._reported, **self._addresses}
            self._places = _beside("places").Places(plays[0], known, self._delegates)
        for task in self._hint.acting(users) if self._hint else []:
            self._write("would_act", **task)
            self._close(plays[0], None)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play, self._ours = play, self._which(play)
        self._look_where(play)
        hosts = [] if self._ours else [host.name for host in _beside("places").hosts_of(play)]
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
        self._result("ok", self._told(result))

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", self._told(result))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        result = self._told(result)
        self._result("unreachable", result, ignored=bool(result.task_fields.get("ignore_unreachable")))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        result = self._told(result)
        rescued = not ignore_errors and _beside("answers").is_rescued(result.task)
        timed_out = _core().timed_out(result.result)
        self._result("failed", result, ignored=bool(ignore_errors), rescued=rescued, timed_out=timed_out)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._item(self._told(result))

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._item(self._told(result))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        for event in self._changes.rest() if self._changes else []:
            self._write("changes", **event)
        self._write("stats", recap={host: stats.summarize(host) for host in sorted(stats.processed)})
        self._write("end")

    def _told(self, result: Any) -> Any:
        """A result by the names of ansible-core 2.19, whichever this one is."""
        return _core().callback_result(result, self._ways.key if self._ways else "")

    def _which(self, play: Any) -> str:
        """`fence`, `sentinel` or `visit` for our own plays, empty for the user's."""
        ours = [
            name for name in ("fence", "sentinel", "visit") if play.get_name() == f"orch {name} {self._nonce}"
        ]
        return ours[0] if ours and self._nonce else ""

    def _look_where(self, play: Any) -> None:
        """Tell where each host of a play is reached; with one elsewhere than it was, the run is over for all."""
        places = _beside("places")
        hosts = places.hosts_of(play) if self._nonce else []
        where = {host.name: places.reached_at(play, host) for host in hosts}
        fresh = {name: used for name, used in where.items() if self._reported.get(name) != used}
        if fresh:
            self._reported.update(fresh)
            self._write("addresses", hosts=fresh)
        if any(self._addresses.get(name, used) != used for name, used in fresh.items()):
            self._close(play, None)

    def _taken(self, result: Any) -> list[str]:
        """The hosts that a task really went to; each that is not the one it acts for is told."""
        handed = result.task_fields.get(self._ways.key, {}) if self._ways else {}
        reached: list[str] = []
        names: dict[str, str] = {}
        for way in handed.get("taken", []):
            acting, place = way["acting"], way["place"]
            straight = self._places.expected_at(acting) == place
            name = names[acting] = acting if straight else self._places.name_of(place)
            reached.append(name)
            if not straight:
                self._tell_astray(result, way, name)
            elif name != result.host.get_name():
                self._write("touched", host=result.host.get_name(), where=name, task=result.task.get_name())
        if handed.get("changes") and not self._ours:
            for event in self._changes.of_task(result.task.get_name(), handed["changes"], names):
                self._write("changes", **event)
        return reached

    def _answered_by(self, result: Any) -> dict[str, list[int]]:
        """The numbers of the sessions over which a task was answered, as a field of its result."""
        handed = result.task_fields.get(self._ways.key, {}) if self._ways else {}
        if not handed.get("sessions"):
            return {}
        numbers, fresh = self._sessions.of_task(handed["sessions"], self._places)
        for session in fresh:
            self._write("session", **session)
        return {"sessions": numbers}

    def _tell_astray(self, result: Any, way: dict[str, Any], name: str) -> None:
        self._write(
            "astray",
            host=result.host.get_name(),
            task=result.task.get_name(),
            where=name,
            **{key: way[key] for key in ("acting", "place", "plugin", "user")},
        )

    def _keep_route(self, result: Any) -> None:
        """The host accepted the run on this way: no task may take another."""
        handed = result.task_fields.get(self._ways.key, {}) if self._ways else {}
        for way in handed.get("taken", []):
            self._ways.verified[way["acting"]] = way["route"]

    def _know(self, result: Any) -> None:
        """What the task decrypted is known before anything of it is written; nobody else gets it."""
        if self._ways:
            _kept_text().KEPT.learn(result.task_fields.get(self._ways.key, {}).pop("vaulted", []))

    def _close(self, play: Any, host: str | None) -> None:
        """No play goes to this host any more, not even where a playbook clears errors; without a host, to none."""
        inventory = play.get_variable_manager()._inventory
        left = [name for name in inventory._subset or [] if name and name != host] if host else []
        inventory._subset = left or ["!all"]

    def _item(self, result: Any) -> None:
        self._know(result)
        where = _beside("actions").where(result)
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
        self._know(result)
        task, answer = result.task, result.result
        actions, answers = _beside("actions"), _beside("answers")
        action = actions.action_of(task)
        asked = kind == "ok" and action == "pause" and not {"seconds", "minutes"} & task.args.keys()
        fence, reason = self._fence(kind, result, answers) if self._ours == "fence" else ("", "")
        if fence not in ("", "ok"):
            self._close(self._play, None if fence in ("newer", "other") else result.host.get_name())
        elif fence == "ok":
            self._keep_route(result)
        declared_away = _declared_away(result, self._ways) if kind == "ok" else ""
        masked = bool(asked or declared_away)
        self._job(result)
        reached = self._taken(result)
        answered_by = self._answered_by(result)
        self._write(
            "result",
            host=result.host.get_name(),
            task=task.get_name(),
            kind=kind,
            sentinel=bool(self._ours),
            fence=fence,
            said=reason,
            where=""
            if action in actions.CONTROLLER_ONLY or kind == "skipped"
            else actions.first_of(reached, result),
            real=kind == "ok" and action not in actions.CONTROLLER_ONLY | actions.READ_ONLY and bool(reached),
            counted=not isinstance(task, TaskInclude),
            changed=bool(result.is_changed()),
            check=result.task_fields.get("check_mode") is True,
            masked=masked,
            message=_UNANSWERED
            if asked
            else answers.message(answer)
            if kind in ("failed", "unreachable")
            else answers.shorter(declared_away),
            identity=answers.identity(answer) if self._ours == "sentinel" and kind == "ok" else "",
            **fields,
            **answered_by,
        )
        if self._ours == "visit":
            self._answer(kind, result)
        if self._hint is not None and not self._ours:
            self._write("hint", **self._hint.of(kind, result, self._ways.key, fields))

    def _fence(self, kind: str, result: Any, answers: Any) -> tuple[str, str]:
        identity = self._identities.get(result.host.get_name())
        if identity is None:
            return answers.fence(kind, result.result)  # type: ignore[no-any-return]
        fenced: tuple[str, str] = _beside("kept_values").fence(
            kind, result.result, identity["keep"], identity["machine"]
        )
        return fenced

    def _answer(self, kind: str, result: Any) -> None:
        """The values that a visit keeps, without what a vault holds."""
        number = int(result.task.get_name().rpartition(" ")[2])
        keep = self._visit["keep"][number] if kind == "ok" else []
        asked = {"host": result.host.get_name(), "question": number, "kind": kind}
        message = "" if kind == "ok" else _beside("answers").message(result.result)
        values = _beside("kept_values").written(result.result, keep, _kept_text().KEPT)
        self._write("answer", **asked, changed=bool(result.is_changed()), message=message, **values)


def _ways(path: str, nonce: str, addresses: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """What sees the connections of this run, put into this process, and all that the file says of the run."""
    if not path:
        return None, {}
    given: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    connections = _beside("connections")
    acts = _beside("acts").Acts(given["acts"], addresses)
    opens = _beside("opens").install(given["opens"]) if "opens" in given else None
    ways = connections.Ways(nonce, given["ssh"], given["known_hosts"], acts, opens)
    ways.lead(given["ssh_ways"], given["ssh_plain"])
    ways.machines = _beside("sessions").Machines(given["machines"], given["hosts"], addresses)
    connections.install(ways)
    _beside("persistent").install(given.get("persistent", {}))
    return ways, given


def _kept_text() -> Any:
    return _beside("kept_text")


def _core() -> Any:
    return importlib.import_module("orchestrator.adapters.ansible.guest.core.choice").core()


def _beside(name: str) -> Any:
    """A module of ours: where Ansible runs, guest/entry.py finds these and no others of orch's."""
    return importlib.import_module(f"orchestrator.adapters.ansible.in_run.{name}")


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _new_file(path: str) -> int:
    """A file without anything in it: a run that is shut off finds it made. Raises FileExistsError for any other."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if os.fstat(file).st_size:
        os.close(file)
        raise FileExistsError(path)
    return file


def _addresses(path: str) -> dict[str, str]:
    if not path:
        return {}
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    return {str(host): str(address) for host, address in settings.items()}


def _never(conditions: Any) -> bool:
    return any(str(condition).lower() in ("false", "no") for condition in _as_list(conditions))


def _declared_away(result: Any, ways: Any) -> str:
    """What failed and was declared to be no failure, by words that say nothing of it; of a probe, nothing."""
    handed = result.task_fields.get(ways.key, {}) if ways else {}
    actions = _beside("actions")
    if _never(result.task.changed_when) or actions.action_of(result.task) in actions.READ_ONLY:
        return ""
    return str(next(iter(handed.get("masked", [])), ""))
