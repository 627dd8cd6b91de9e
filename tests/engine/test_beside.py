"""A deed beside others: its result and its fault come to whoever asks, and the others do not wait for it."""

import threading

import pytest

from orchestrator.engine.background import Beside
from orchestrator.errors import NotFound


def test_it_runs_beside_and_is_waited_for() -> None:
    release = threading.Event()

    def deed() -> str:
        assert release.wait(20)
        return "done"

    beside = Beside(deed)
    release.set()
    assert beside.result() == beside.result() == "done"


def test_its_fault_comes_with_the_result() -> None:
    def deed() -> str:
        raise NotFound("nothing there")

    beside = Beside(deed)
    with pytest.raises(NotFound, match="nothing there"):
        beside.result()
