"""A deed beside others: its result and its fault come to whoever asks, and the others do not wait for it."""

import threading

import pytest

from orchestrator.engine.background import BackgroundTask
from orchestrator.errors import NotFound


def test_it_runs_beside_and_is_waited_for() -> None:
    release = threading.Event()

    def task() -> str:
        assert release.wait(20)
        return "done"

    background = BackgroundTask(task)
    release.set()
    assert background.result() == background.result() == "done"


def test_its_fault_comes_with_the_result() -> None:
    def task() -> str:
        raise NotFound("nothing there")

    background = BackgroundTask(task)
    with pytest.raises(NotFound, match="nothing there"):
        background.result()
