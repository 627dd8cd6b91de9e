"""A task in a thread is a worker as strategies see it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.executor.task_executor import TaskExecutor
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task

from orchestrator.adapters.ansible.accelerator.lanes import Lanes, NotOwn, TaskInThread


class Core:
    """Executes by a function."""

    def __init__(self, deed: Any) -> None:
        self.deed = deed
        self.failures: list[Any] = []

    def execute(self, given: Any, ended: Any) -> None:
        self.deed(given, ended)

    def failure(self, given: Any, wrong: Exception) -> None:
        self.failures.append(wrong)


class Process:
    """A worker of Ansible's that has a process."""

    pid, exitcode, worker_queue = 77, None, "queue"

    def __init__(self, **given: Any) -> None:
        self.given = given
        self.deeds: list[str] = []

    def start(self) -> None:
        self.deeds.append("start")

    def is_alive(self) -> bool:
        return "terminate" not in self.deeds

    def terminate(self) -> None:
        self.deeds.append("terminate")

    def close(self) -> None:
        self.deeds.append("close")


def worker(deed: Any) -> tuple[TaskInThread, Core, dict[str, Any]]:
    task = Task.load({"name": "one", "command": "true"})
    given = {
        "host": SimpleNamespace(name="web1"),
        "task": task,
        "task_vars": {"a": 1},
        "loader": DataLoader(),
        "worker_id": 3,
    }
    core = Core(deed)
    return TaskInThread(core, Process, given), core, given


def test_a_task_runs_with_copies_of_what_a_process_would_have_for_itself() -> None:
    seen: list[Any] = []

    def deed(given: Any, ended: Any) -> None:
        given.task_vars["b"] = 2
        given.task.name = "another"
        given.loader._tempfiles.add("/tmp/one")
        seen.append((given, threading.current_thread()))
        ended()

    made, _, given = worker(deed)
    assert made.is_alive()
    made.start()
    until(lambda: not made.is_alive())
    own, thread = seen[0]
    assert thread is not threading.main_thread()
    assert own.task._uuid == given["task"]._uuid
    assert (given["task"].name, given["task_vars"], given["loader"]._tempfiles) == ("one", {"a": 1}, set())
    assert (made.exitcode, made.pid, made.worker_id, made._task) == (None, None, 3, given["task"])


def test_a_task_without_a_result_is_a_dead_worker(capsys: pytest.CaptureFixture[str]) -> None:
    def deed(given: Any, ended: Any) -> None:
        raise SystemExit(3)

    made, _, _ = worker(deed)
    made.start()
    until(lambda: not made.is_alive())
    assert made.exitcode == 1
    assert "SystemExit: 3" in capsys.readouterr().err


def test_a_result_that_cannot_be_sent_is_sent_as_a_failure() -> None:
    def deed(given: Any, ended: Any) -> None:
        ended()
        raise TypeError("cannot pickle")

    made, core, _ = worker(deed)
    made.start()
    until(lambda: bool(core.failures))
    assert "omitted" in str(core.failures[0])
    assert isinstance(core.failures[0].__cause__, TypeError)
    assert made.exitcode is None


def test_a_task_that_turns_out_to_use_a_projects_plugin_goes_on_in_a_process() -> None:
    def deed(given: Any, ended: Any) -> None:
        raise NotOwn

    made, _, given = worker(deed)
    made.start()
    until(lambda: made.pid is not None)
    assert made._process.given == given
    assert made.worker_queue == "queue"
    assert made.is_alive()
    made.terminate()
    made.close()
    assert made._process.deeds == ["start", "terminate", "close"]
    assert not made.is_alive()


class Plugins:
    """Says what the test says."""

    def __init__(self, *, own: bool) -> None:
        self.own = own

    def make_up(self, given: Any) -> bool:
        return self.own

    def are_in(self, handler: Any, connection: Any) -> bool:
        return self.own


def test_a_plugin_that_is_not_ansibles_makes_a_process() -> None:
    assert isinstance(Lanes(None, Process, Plugins(own=False)).worker(host=1, task=2, worker_id=0), Process)  # type: ignore[arg-type]
    made = Lanes(None, Process, Plugins(own=True)).worker(host=1, task=2, worker_id=0)  # type: ignore[arg-type]
    assert isinstance(made, TaskInThread)


def test_in_a_thread_an_item_with_another_plugin_fails_once_others_have_run() -> None:
    lanes = [Lanes(None, Process, Plugins(own=own)) for own in (True, False)]  # type: ignore[arg-type]
    executor = SimpleNamespace(_connection=None)
    raised: list[BaseException] = []

    def chosen(_executor: TaskExecutor) -> tuple[str, str]:
        return "handler", "context"

    def deed(given: Any, ended: Any) -> None:
        with pytest.raises(NotOwn):
            lanes[1].look(chosen, executor)
        assert lanes[0].look(chosen, executor) == ("handler", "context")
        try:
            lanes[1].look(chosen, executor)
        except AnsibleError as wrong:
            raised.append(wrong)
        ended()

    made, _, _ = worker(deed)
    made.start()
    until(lambda: not made.is_alive())
    assert "a loop whose items go by different connections" in str(raised[0])
    assert lanes[1].look(chosen, executor) == ("handler", "context")  # in a process of its own anything goes


def until(true: Any) -> None:
    waiting = threading.Event()
    for _ in range(2000):
        if true():
            return
        waiting.wait(0.005)
    raise AssertionError("nothing happened")
