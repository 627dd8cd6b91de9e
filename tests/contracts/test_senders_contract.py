"""Senders beside this process: begun at once, one at a time for a deployment, and no fault reaches whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from orchestrator.adapters.sender_processes import NICE, SenderProcesses
from orchestrator.engine.messaging_ports import Senders
from tests.fakes.senders import FakeSenders


class Spawned:
    """Stands for the operating system: what was started, and whether it runs still."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.home = ""
        self.exit_code: int | None = None
        self.full = False

    def __call__(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> Callable[[], int | None]:
        if self.full:
            raise OSError("no process left")
        self.commands.append(list(arguments))
        self.home = environment["ORCH_HOME"]
        return lambda: self.exit_code


@pytest.fixture
def spawned() -> Spawned:
    return Spawned()


@pytest.fixture(params=["fake", "real"])
def senders(request: pytest.FixtureRequest, tmp_path: Path, spawned: Spawned) -> Senders:
    return FakeSenders() if request.param == "fake" else SenderProcesses(tmp_path, spawned)


def test_a_sender_is_begun_and_again_once_it_has_ended(senders: Senders, spawned: Spawned) -> None:
    spawned.exit_code = 0
    assert [senders.begin("d1"), senders.begin("d1"), senders.begin("d2")] == [True] * 3


def test_a_sender_that_still_runs_is_not_begun_twice(senders: Senders, spawned: Spawned) -> None:
    if isinstance(senders, FakeSenders):
        senders.busy = True
    else:
        assert senders.begin("d1")
        assert senders.begin("d2")
    assert not senders.begin("d1")
    assert senders.begin("d1", last=True)
    assert [command[-1] for command in spawned.commands] in ([], ["d1", "d2", "d1"])


def test_it_is_a_command_of_lower_priority_over_the_same_home(tmp_path: Path, spawned: Spawned) -> None:
    SenderProcesses(tmp_path, spawned).begin("d1")
    [command] = spawned.commands
    assert command[: len(NICE)] == list(NICE)
    assert command[-4:] == ["orchestrator", "messages", "send", "d1"]
    assert spawned.home == str(tmp_path)


def test_where_no_process_can_be_started_it_is_asked_for_later(tmp_path: Path, spawned: Spawned) -> None:
    spawned.full = True
    assert not SenderProcesses(tmp_path, spawned).begin("d1")
