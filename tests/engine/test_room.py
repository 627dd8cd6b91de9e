"""When there is too little room on the disk: what is refused, what is held, and what goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.disk_space import ballast_for, lacking, refuse_without_room
from orchestrator.engine.use_cases.deployment_commands import (
    deploy,
    open_deployment,
    resume,
    rollback,
    signal,
)
from orchestrator.errors import Refused, StoreFault
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.storage import FakeStorage
from tests.histories import deployment, ready_to_deploy
from tests.worlds.fleet import Fleet, shop_fleet

MIB = 1 << 20
APPROVED = {"change manager": "Bo Lind"}


@pytest.fixture
def six(tmp_path: Path) -> Fleet:
    return shop_fleet(tmp_path / "home")


def fill(six: Fleet) -> None:
    six.storage.used = six.storage.size


def opened(six: Fleet) -> str:
    prepared = six.prepared()
    approvals = (e.GivenApproval(role="change manager", person="Bo Lind"),)
    return open_deployment(six.ports, prepared, by="ann", approvals=approvals)


def on(six: Fleet) -> Deployment:
    return resume(six.ports, None, by="ann", watch=lambda record: None)


@pytest.mark.parametrize(
    ("free", "refused"),
    [(64 * MIB + ballast_for(6), False), (64 * MIB + ballast_for(6) - 1, True), (0, True)],
)
def test_what_is_needed_to_begin(free: int, refused: bool) -> None:  # noqa: FBT001
    storage = FakeStorage(size=free, reserve=64 * MIB)
    if not refused:
        refuse_without_room(storage, 6)
        return
    with pytest.raises(
        Refused, match=r"/fake has .* free; a deployment to 6 hosts needs 64 MiB in reserve and 16.8 MiB"
    ):
        refuse_without_room(storage, 6)


@pytest.mark.parametrize(
    ("hosts", "items", "mebibytes"),
    [(0, 0, 16), (10, 4000, 17.4), (10, None, 17.4), (60, 60 * 4000, 63.7), (1000, 412_000, 153.9)],
)
def test_how_much_is_held_back(hosts: int, items: int | None, mebibytes: float) -> None:
    assert ballast_for(hosts, items) / MIB == pytest.approx(mebibytes, abs=0.06)


def test_what_lacks_for_a_wave() -> None:
    d = deployment(ready_to_deploy())
    storage = FakeStorage(size=100 * MIB, reserve=64 * MIB)
    assert lacking(storage, d) is None
    assert storage.held == {d.id: 20 * MIB}
    storage.used = 20 * MIB
    assert str(lacking(storage, d)) == (
        "the disk is nearly full: /fake has 60 MiB free, and a wave needs 64 MiB in reserve; make room there, then retry"
    )
    storage.release(d.id)
    assert str(lacking(storage, d)) == (
        "the disk is nearly full: /fake has 64 MiB free, and a wave needs 64 MiB in reserve and 16.3 MiB for its backout "
        "(16 MiB held back); make room there, then retry"
    )


def test_one_that_touched_nothing_is_not_resumed_without_room_but_can_be_aborted(six: Fleet) -> None:
    name = opened(six)
    fill(six)
    with pytest.raises(Refused, match="Nothing was started"):
        on(six)
    assert six.targets.asked == []
    signal(six.ports, name, e.AbortRequested(by="ann", reason="no room"))
    assert on(six).state is State.CANCELLED


def test_one_that_touched_hosts_is_resumed_to_where_a_wave_would_begin(six: Fleet) -> None:
    name = opened(six)

    def filling(record: e.Recorded) -> None:
        if record.event.kind == "wave_deployed":
            fill(six)
            six.ports.journal.append(name, record.seq, [e.Paused(by="bo", reason="lunch")])

    assert resume(six.ports, name, by="ann", watch=filling).driving.paused is not None
    signal(six.ports, name, e.Resumed(by="bo", reason="back"))
    held = on(six)
    assert held.driving.hold is not None
    assert held.hosts_standing("verified") == ("web1",)
    assert len(six.playbooks.started) == 1
    signal(six.ports, name, e.AbortRequested(by="ann", reason="enough"))
    assert on(six).state is State.BACKED_OUT


def test_what_is_over_is_backed_out_without_room(six: Fleet) -> None:
    done = deploy(six.ports, Path("plan.yml"), by="ann", approvals=APPROVED, watch=lambda record: None)
    assert done.state is State.COMPLETED
    fill(six)
    ended = rollback(six.ports, done.id, by="ann", reason="INC-1", watch=lambda record: None)
    assert ended.state is State.BACKED_OUT


class Cramped(FakePlaybooks):
    """Has no room for the attempt of a backout before something is released, whatever the disk says is free."""

    def __init__(self, storage: FakeStorage) -> None:
        super().__init__()
        self.storage = storage
        self.refusals = 0

    def start(self, request: AttemptRequest) -> None:
        if request.purpose == "backout" and sum(self.storage.held.values()) >= ballast_for(0):
            self.refusals += 1
            raise StoreFault("no room")
        super().start(request)


def test_an_attempt_of_a_backout_that_finds_no_room_is_started_once_some_was_released(six: Fleet) -> None:
    playbooks = Cramped(six.storage)
    ports = replace(six.ports, playbooks=playbooks)
    for check in ("http", "shop answers with its version"):
        six.targets.machine("web2").script(check, ("failed", "status 500"))
    done = deploy(ports, Path("plan.yml"), by="ann", approvals=APPROVED, watch=lambda record: None)
    assert done.state is State.BACKED_OUT
    assert playbooks.refusals == 1


def test_a_deploy_that_finds_no_room_releases_nothing(six: Fleet) -> None:
    six.playbooks.fault = StoreFault("no room")
    with pytest.raises(StoreFault, match="no room"):
        deploy(six.ports, Path("plan.yml"), by="ann", approvals=APPROVED, watch=lambda record: None)
    assert sum(six.storage.held.values()) >= ballast_for(6)
