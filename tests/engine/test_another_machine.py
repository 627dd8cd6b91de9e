"""An attempt that another machine began cannot be seen from here: it is neither started again nor called never started."""

from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.engine.drive import take_step
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.errors import Refused
from tests.histories import ready_to_deploy
from tests.worlds.fleet import Fleet, shop_fleet

INTENT = e.AttemptIntended(attempt="a1", purpose="deploy", wave=0, hosts=("h1",))
ABORT = e.AbortRequested(by="bo", reason="that machine burnt down")


@pytest.fixture
def six(tmp_path: Path) -> Fleet:
    return shop_fleet(tmp_path / "home")


def taken_up(six: Fleet, here: str, *words: e.Event) -> DriveContext:
    took = [e.DriverTook(driver="there:1", by="ann"), INTENT, *words, e.DriverTook(driver=here, by="bo")]
    six.ports.journal.append("d1", 0, [*ready_to_deploy(), *took])
    return DriveContext(six.ports, JournalWriter(six.ports.journal, "d1", lambda record: None, here))


def test_it_is_left_to_its_machine(six: Fleet) -> None:
    context = taken_up(six, "here:2")
    with pytest.raises(
        Refused, match=r"a1 was begun on there, .* orch resume d1 there, .* orch abort d1 --reason WHY"
    ):
        take_step(context)
    assert six.playbooks.started == []
    assert [a.open for a in context.deployment.attempts] == [True]


def test_on_abort_it_is_lost_and_its_hosts_are_asked(six: Fleet) -> None:
    context = taken_up(six, "here:2", ABORT)
    while context.deployment.open_attempt is not None:
        take_step(context)
    lost = context.deployment.attempts[0]
    assert (lost.started, lost.unclean, six.playbooks.started) == (True, True, [])
    assert lost.lost == "stopped on abort; it was begun on there, which cannot be seen from here"


def test_the_next_driver_of_the_same_machine_starts_what_was_never_started(six: Fleet) -> None:
    context = taken_up(six, "there:2")
    take_step(context)
    assert [request.attempt for request in six.playbooks.started] == ["a1"]
