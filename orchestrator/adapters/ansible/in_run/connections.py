"""The connections of a run as they are really used, seen in the process of each task and handed over with its result.

Everything that can lead a task elsewhere (variables at any level, keywords, settings) ends in the options of a connection, and
those are read here at the moment of its use. What decides where ssh leads must be what it was when the host was verified;
orch's own options stand before all others. Private names of Ansible occur here on purpose.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.executor.task_executor import TaskExecutor
from ansible.executor.task_queue_manager import FinalQueue
from ansible.plugins.connection import ssh

from orchestrator.adapters.ansible.guest.core.choice import core
from orchestrator.adapters.ansible.in_run.actions import action_of
from orchestrator.adapters.ansible.in_run.acts import Acts
from orchestrator.adapters.ansible.in_run.changes import Changes
from orchestrator.adapters.ansible.in_run.hints import Held
from orchestrator.adapters.ansible.in_run.kept_text import KEPT
from orchestrator.adapters.ansible.in_run.masks import failed, is_blind, is_never_true, words
from orchestrator.adapters.ansible.in_run.opens import Opens
from orchestrator.adapters.ansible.in_run.routes import (
    Route,
    inventory_route,
    option,
    place,
    plugin,
    refuse_elsewhere,
    refuse_interpreters,
    refuse_others,
    route,
)
from orchestrator.adapters.ansible.in_run.sessions import Machines, Session, session_of
from orchestrator.adapters.ansible.in_run.ssh_options import before_all, without_file

_USES = ("exec_command", "put_file", "fetch_file")
_NO_CHECK = ("host_key_auto_add", "record_host_keys")


class _TaskAtWork(threading.local):
    """Of the task of this thread: the ways that it took, who answered, and what it changed."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing of it is known yet."""
        self.taken: dict[tuple[str, ...], Route] = {}
        self.sessions: dict[Session, None] = {}
        self.masked: list[str] = []
        self.raw: dict[str, Any] | None = None
        self.changes = Changes()


class Ways:
    """What is known in a run: the routes of verified hosts; and, in the process or thread of a task, its ways and changes."""

    def __init__(
        self, nonce: str, pinned: Iterable[str], known_hosts: str | None, acts: Acts, opens: Opens | None
    ) -> None:
        self.key = f"orch_{nonce}"
        self.first = before_all(list(pinned))
        self.led: dict[str, list[str]] = {}
        self.plain: list[str] = []
        self.known_hosts = known_hosts
        self.acts = acts
        self.opens = opens
        self.verified: dict[str, Route] = {}
        self.machines = Machines({}, (), {})
        self.task = _TaskAtWork()
        self.held: Held | None = None

    def lead(self, led: Mapping[str, list[str]], plain: list[str]) -> Ways:
        """Let ssh go to these places by these words, and to all others by `plain`."""
        self.led, self.plain = dict(led), list(plain)
        return self

    def before(self, connection: Any) -> list[str]:
        """What stands first on ssh's command line: the way of the place, and the pinned keys."""
        return [*self.led.get(place(connection), self.plain), *self.first]

    def hand_over(self) -> dict[str, Any]:
        """What the result of the task takes along."""
        taken = [
            {**dict(zip(("acting", "place", "plugin", "user"), reached, strict=True)), "route": way}
            for reached, way in self.task.taken.items()
        ]
        return {
            "taken": taken,
            "sessions": [list(session) for session in self.task.sessions],
            "masked": self.task.masked,
            "vaulted": KEPT.fresh,
            "changes": self.task.changes.items,
            "acts": "" if self.held is None else self.held.acts,
        }

    def begin(self, executor: Any) -> None:
        """A task begins in this process or thread."""
        if self.opens is not None:
            self.opens.at_work.task = KEPT.short(str(executor._task.get_name()))
            self.opens.at_work.host = str(executor._host.name)
        KEPT.fresh = []
        self.task.begin()
        if self.held is not None:
            self.held.acts = ""

    def use(self, connection: Any) -> None:
        """A connection is about to be used. Raises AnsibleError where it would lead elsewhere than verified."""
        executor = connection.orch_executor
        acting = str(executor._task.delegate_to or executor._host.name)
        way = route(connection)
        verified = self.verified.get(acting)
        if verified is None and executor._task.delegate_to:
            verified = inventory_route(executor, acting)
        if verified is not None:
            refuse_others(way, verified)
        refuse_elsewhere(connection)
        reached = (acting, place(connection), plugin(connection), option(connection, "remote_user"))
        if reached not in self.task.taken:
            self.acts.keep(executor, acting, place(connection))
        self.task.taken[reached] = way

    def answered(self, connection: Any, hello: Any) -> None:
        """The session for a use of a connection is there. Raises AnsibleError where it is another machine's than the host's."""
        executor = connection.orch_executor
        acting = str(executor._task.delegate_to or executor._host.name)
        session = session_of(acting, place(connection), hello)
        self.task.sessions[session] = None
        self.machines.refuse_another(session, self.verified)

    def end_item(self, executor: Any, result: Mapping[str, Any], variables: dict[str, Any]) -> None:
        """An item of a task has ended: keep its failure where a condition that says nothing of it declared it away."""
        self.task.changes.end_item(executor, result, reached=bool(self.task.taken))
        raw, self.task.raw = self.task.raw, None
        task = executor._task
        if raw is None or result.get("failed") or result.get("skipped") or not failed(raw):
            return
        registered = core().registered(task)
        conditions = [condition for condition in task.failed_when or [] if is_blind(condition, registered)]
        if any(_is_false(executor, condition, variables) for condition in conditions):
            hidden = task.no_log or result.get("_ansible_no_log")
            self.task.masked.append("(hidden by no_log)" if hidden else words(raw))


def install(ways: Ways) -> None:
    """From now on every task of this process and of its forks shows which connections it uses."""
    core().prepare(ways.key)
    around(TaskExecutor, "run", functools.partial(_run, ways))
    around(TaskExecutor, "_execute", functools.partial(_execute, ways))
    around(TaskExecutor, "_set_connection_options", functools.partial(_options_set, ways))
    around(TaskExecutor, "_get_action_handler_with_module_context", functools.partial(_handler, ways))
    around(TaskExecutor, "_poll_async_result", functools.partial(_polled, ways))
    around(FinalQueue, "send_task_result", functools.partial(_sent, ways))
    around(ssh.Connection, "_build_command", functools.partial(_ssh_command, ways))


def around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Have a method called by `wrapper`, which gets the original first."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        return wrapper(functools.partial(original, self), self, *arguments, **named)

    setattr(owner, name, method)


def _run(ways: Ways, original: Callable[[], Any], executor: Any) -> Any:
    ways.begin(executor)
    return original()


def _execute(ways: Ways, original: Any, executor: Any, *arguments: Any, **named: Any) -> Any:
    ways.task.raw = None
    if ways.held is not None:
        ways.held.begin(executor)

    def ended(result: Mapping[str, Any], variables: dict[str, Any]) -> None:
        ways.end_item(executor, result, variables)

    return core().executed(refuse_interpreters, ended, original, executor, *arguments, **named)


def _sent(ways: Ways, original: Any, queue: Any, *arguments: Any, **named: Any) -> None:
    core().sent({ways.key: ways.hand_over()}, original, queue, *arguments, **named)


def _handler(ways: Ways, original: Any, executor: Any, *arguments: Any, **named: Any) -> Any:
    handler, context = original(*arguments, **named)
    run = handler.run

    def run_and_keep(*given: Any, **by_name: Any) -> Any:
        with _quiet(ways, executor):
            result = run(*given, **by_name)
        ways.task.raw = dict(result) if isinstance(result, Mapping) else None
        ways.task.changes.answered(ways.task.raw)
        return result

    handler.run = run_and_keep
    return handler, context


@contextmanager
def _quiet(ways: Ways, executor: Any) -> Iterator[None]:
    """While `fetch` works: what it reads here is what it is about to write over."""
    opens = ways.opens if action_of(executor._task) == "fetch" else None
    if opens is not None:
        opens.at_work.quiet = True
    try:
        yield
    finally:
        if opens is not None:
            opens.at_work.quiet = False


def _polled(ways: Ways, original: Any, _executor: Any, *arguments: Any, **named: Any) -> Any:
    result = original(*arguments, **named)
    ways.task.raw = core().answer_of(result)
    ways.task.changes.answered(ways.task.raw, again=True)
    return result


def _options_set(ways: Ways, original: Any, executor: Any, *arguments: Any, **named: Any) -> Any:
    names = original(*arguments, **named)
    connection = executor._connection
    fresh = not hasattr(connection, "orch_executor")
    connection.orch_executor = executor
    if plugin(connection).startswith("paramiko"):
        _hold_paramiko(ways, connection)
    if fresh and hasattr(connection, "_connect_stack"):
        importlib.import_module("orchestrator.adapters.ansible.in_run.mitogen_held").hold_connections(ways)
    elif fresh:
        _watch(ways, connection)
    if getattr(connection, "force_persistence", False):
        ways.use(connection)
    return names


def _watch(ways: Ways, connection: Any) -> None:
    for name in _USES:
        use = getattr(connection, name)

        def used(*arguments: Any, use: Any = use, **named: Any) -> Any:
            ways.use(connection)
            return use(*arguments, **named)

        setattr(connection, name, used)
    # For uses of a session that are none of these, and for what the session says of itself (accelerator/).
    connection.orch_use = functools.partial(ways.use, connection)
    connection.orch_answered = functools.partial(ways.answered, connection)


def _ssh_command(ways: Ways, original: Any, connection: Any, binary: str, *others: Any) -> list[bytes]:
    command: list[bytes] = original(binary, *others)
    return list(_led(tuple(command), str(binary), tuple(ways.before(connection))))


@functools.lru_cache(maxsize=1024)
def _led(command: tuple[bytes, ...], binary: str, before: tuple[str, ...]) -> tuple[bytes, ...]:
    """A command line of ssh with these words before all others; built for each use, and the same for most of them."""
    # With a password sshpass stands before it.
    after = command.index(binary.encode("utf-8", "surrogateescape")) + 1
    given = [word.decode("utf-8", "surrogateescape") for word in command[after:]]
    words = [*before, *without_file(given)]
    return (*command[:after], *(word.encode("utf-8", "surrogateescape") for word in words))


def _hold_paramiko(ways: Ways, connection: Any) -> None:
    """The keys in the pinned file and no others; it would ask a person, or take what it is shown."""
    module: Any = sys.modules[type(connection).__module__]
    if ways.opens is not None:
        ways.opens.known.add(option(connection, "private_key_file"))
    connection.set_option("host_key_checking", True)
    for name in _NO_CHECK:
        connection.set_option(name, False)

    def refuse(_policy: Any, _client: Any, hostname: str, _key: Any) -> None:
        raise AnsibleError(f"Host key verification failed: no key is pinned for {hostname}")

    def load(client: Any, _filename: str | None = None) -> None:
        path = ways.known_hosts or str(Path("~/.ssh/known_hosts").expanduser())
        client._system_host_keys.load(path)

    module.MyAddPolicy.missing_host_key = refuse
    module.paramiko.SSHClient.load_system_host_keys = load


def _is_false(executor: Any, condition: Any, variables: dict[str, Any]) -> bool:
    if is_never_true(condition):
        return True
    try:
        return bool(core().is_false(executor, condition, variables))
    except AnsibleError:
        return False
