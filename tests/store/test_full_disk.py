"""Whole deployments over the real store, on a small disk that fills up: by the engine, with hosts and playbooks in memory."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.store import DirectoryBaselineStore, DiskStorage, SqlHostLocks, SqlJournal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Paused, Recorded, Retried, Submitted
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.target import Target
from orchestrator.engine.disk_space import ballast_for
from orchestrator.engine.use_cases.deployment_commands import deploy, resume, signal
from orchestrator.errors import Refused, StoreFault
from tests.fakes.clock import START, FakeClock
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.worlds.plans import SHA, plan_of, prepared, shop_tree, targets_named
from tests.worlds.ports import ports_over
from tests.worlds.small_disk import disk_of, fill

MIB = 1 << 20
HOSTS = tuple(f"web{n}" for n in range(1, 7))
ITEMS = 400
RESERVE = 8 * MIB


class WritingPlaybooks(FakePlaybooks):
    """Runs nothing, but makes each attempt's folder on the disk as the real one does, with evidence for each host in it."""

    def __init__(self, clock: FakeClock, root: Path) -> None:
        super().__init__(clock.now)
        self.root = root
        self.evidence = 4096

    def start(self, request: AttemptRequest) -> None:
        folder = AttemptFolder(self.root, request.attempt)
        try:
            folder.create(request)
        except OSError as error:
            raise StoreFault(str(error)) from error
        super().start(request)
        folder.evidence.write_bytes(b"e" * self.evidence * len(request.hosts))


class AgeingTargets(FakeTargets):
    """Each capture has a moment of its own, so that no two baselines are the same file."""

    captures = 0

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        self.captures += 1
        at = START + timedelta(seconds=self.captures)
        captured = super().capture(targets, scope)
        return {
            host: baseline if isinstance(baseline, str) else baseline.model_copy(update={"captured_at": at})
            for host, baseline in captured.items()
        }


class Site:
    """Six hosts in memory, and a disk of 64 MiB with everything that orch keeps."""

    def __init__(self, disk: Path, hosts: tuple[str, ...] = HOSTS, reserve: int = RESERVE) -> None:
        self.disk = disk
        self.clock = FakeClock()
        self.targets = AgeingTargets()
        for host in hosts:
            self.targets.machine(host).items = {
                ("file", f"/etc/{n}"): {"sha256": sha256(f"{host} {n}".encode()).hexdigest()}
                for n in range(ITEMS)
            }
        self.storage = DiskStorage(disk, reserve)
        self.playbooks = WritingPlaybooks(self.clock, disk / "attempts")
        relief = self.storage.relieve
        tree = shop_tree(gate={"soak": "0s", "every": "1s"})
        tree["release"]["units"][0]["sha256"] = SHA
        tree["approval"]["required"] = []
        ready = prepared(plan_of(tree), targets_named(*hosts))
        self.ports = ports_over(
            self.clock,
            FakePlans(lambda: ready),
            self.playbooks,
            self.targets,
            journal=SqlJournal(disk, self.clock, relief=relief),
            storage=self.storage,
            locks=SqlHostLocks(disk, self.clock, relief=relief),
            baselines=DirectoryBaselineStore(disk / "baselines", relief=relief),
        )

    def deploy(self, watch: Callable[[Recorded], None] = lambda record: None) -> Deployment:
        return deploy(self.ports, Path("plan.yml"), by="ann", approvals={}, watch=watch)

    def resume(self, watch: Callable[[Recorded], None] = lambda record: None) -> Deployment:
        return resume(self.ports, None, by="ann", watch=watch)

    def break_release(self, *hosts: str) -> None:
        for host in hosts:
            machine = self.targets.machine(host)
            machine.script("http", ("failed", "status 500"))
            machine.script("shop answers with its version", ("failed", "status 500"))

    def started(self) -> list[tuple[str, int]]:
        return [(request.purpose, len(request.hosts)) for request in self.playbooks.started]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with disk_of(64, tmp_path / "disk") as disk:
        yield Site(disk)


def filling_at(kind: str, site: Site, count: int = 1) -> Callable[[Recorded], None]:
    """Fills the disk when the event of this kind is on the journal for the `count`th time."""
    seen = iter(range(1, 1000))

    def watch(record: Recorded) -> None:
        if record.event.kind == kind and next(seen) == count:
            fill(site.disk)

    return watch


def held_back(site: Site) -> int:
    return sum(file.stat().st_size for file in site.disk.glob("ballast/*/*"))


def test_with_room_a_deployment_completes_and_nothing_stays_held_back(site: Site) -> None:
    sizes: list[int] = []
    done = site.deploy(lambda record: sizes.append(held_back(site)))
    assert done.state is State.COMPLETED
    assert max(sizes) >= ballast_for(len(HOSTS))
    assert held_back(site) == 0


def test_below_the_reserve_nothing_is_started(site: Site) -> None:
    hog = fill(site.disk, leave=RESERVE + ballast_for(6) - MIB)
    with pytest.raises(
        Refused, match=r"has \d[\d.]* MiB free; .* needs 8 MiB in reserve, .*and 16.8 MiB .*Make room"
    ):
        site.deploy()
    assert site.ports.journal.deployments() == []
    assert (site.targets.asked, site.playbooks.started) == ([], [])
    hog.unlink()
    assert site.deploy().state is State.COMPLETED


def test_full_between_waves_holds_and_retry_goes_on_when_there_is_room(site: Site) -> None:
    held = site.deploy(filling_at("gate_passed", site))
    assert held.driving.hold is not None
    assert "nearly full" in held.driving.hold.reason
    assert site.started() == [("deploy", 1)]
    signal(site.ports, held.id, Retried(by="ann", reason="is there room now?"))
    again = site.resume()
    assert again.driving.hold is not None
    assert site.started() == [("deploy", 1)]
    (site.disk / "hog").unlink()
    assert site.resume().driving.hold is not None
    signal(site.ports, held.id, Retried(by="ann", reason="made room"))
    assert site.resume().state is State.COMPLETED
    assert site.started() == [("deploy", 1), ("deploy", 2), ("deploy", 3)]


@pytest.mark.parametrize(
    "kind", ["wave_rejected", "backout_began", "attempt_intended", "attempt_ended", "restoration_compared"]
)
def test_a_backout_goes_on_to_its_proof_on_a_full_disk(site: Site, kind: str) -> None:
    site.break_release("web2")
    count = {"attempt_intended": 3, "attempt_ended": 3}.get(kind, 1)
    done = site.deploy(filling_at(kind, site, count))
    assert done.state is State.BACKED_OUT
    assert site.started() == [("deploy", 1), ("deploy", 2), ("backout", 2), ("backout", 1)]
    assert held_back(site) == 0
    nothing_is_half_written(site, done)


def test_the_worker_of_a_backout_has_room_for_much_evidence(site: Site) -> None:
    site.break_release("web1")

    def watch(record: Recorded) -> None:
        if record.event.kind == "backout_began":
            fill(site.disk)
            site.playbooks.evidence = 6 * MIB

    assert site.deploy(watch).state is State.BACKED_OUT
    assert site.started() == [("deploy", 1), ("backout", 1)]


def test_a_disk_that_fills_again_and_again_does_not_keep_a_backout_from_going_on(site: Site) -> None:
    site.break_release("web2")
    began: list[int] = []

    def watch(record: Recorded) -> None:
        if record.event.kind == "backout_began":
            began.append(record.seq)
        if began and record.event.kind in ("backout_began", "attempt_ended"):
            fill(site.disk)

    assert site.deploy(watch).state is State.BACKED_OUT


def test_full_while_a_wave_is_deployed_ends_in_words_and_goes_on_with_room(site: Site) -> None:
    site.playbooks.fault = StoreFault("no room for its folder")
    with pytest.raises(StoreFault):
        site.deploy()
    site.playbooks.fault = None
    assert site.resume().state is State.COMPLETED
    assert site.started() == [("deploy", 1), ("deploy", 2), ("deploy", 3)]


def test_a_real_attempt_is_absent_when_there_was_no_room_for_it(site: Site) -> None:
    playbooks = AnsiblePlaybooks(site.disk / "attempts")
    request = AttemptRequest(
        attempt="d1.1-deploy",
        deployment="d1",
        purpose="deploy",
        playbook="/gone.yml",
        project="/",
        inventory="/gone",
        hosts=("web1",),
        variables={"text": "x" * 8000},
    )
    (site.disk / "attempts").mkdir(mode=0o700)
    hog = fill(site.disk)
    with pytest.raises(StoreFault, match=r"d1.1-deploy was not started.*Make room"):
        playbooks.start(request)
    assert playbooks.sight("d1.1-deploy").state == "absent"
    assert list((site.disk / "attempts").iterdir()) == []
    hog.unlink()
    playbooks.start(request)
    assert AttemptFolder(site.disk / "attempts", "d1.1-deploy").request() == request
    assert playbooks.stop("d1.1-deploy")


def test_ballast_is_thrown_off_for_an_append_and_laid_in_again_with_room(site: Site) -> None:
    laid_in = site.storage.lay_in("d1", 16 * MIB)
    hog = fill(site.disk)
    journal = site.ports.journal
    journal.append("d1", 0, [Submitted(by="ann")])
    for seq in range(1, 400):
        journal.append("d1", seq, [Paused(by="ann", reason="x" * 4000)] if seq else [])
    assert len(journal.read("d1")) == 400
    assert site.storage.lay_in("d1", 0) < laid_in
    hog.unlink()
    assert site.storage.lay_in("d1", 16 * MIB) == laid_in


@pytest.mark.parametrize(("own", "other"), [("d1", "d2"), ("d2", "d1")])
def test_the_ballast_of_the_deployment_itself_is_thrown_off_before_that_of_others(
    site: Site, own: str, other: str
) -> None:
    laid_in = site.storage.lay_in(own, 4 * MIB)
    assert site.storage.lay_in(other, 4 * MIB) == laid_in
    for lacking, left in ((own, laid_in), (other, 0)):
        fill(site.disk)
        site.ports.journal.append(
            own, len(site.ports.journal.read(own)), [Paused(by="ann", reason="x" * 4000)] * 99
        )
        assert (site.storage.lay_in(lacking, 0), site.storage.lay_in(other, 0)) == (0, left)


def test_ballast_that_was_cut_short_by_a_kill_is_filled_up(site: Site) -> None:
    laid_in, room = site.storage.lay_in("d1", 8 * MIB), site.storage.room()
    first = next(iter(site.disk.glob("ballast/d1/*")))
    os.truncate(first, 4096)
    assert site.storage.room() > room
    assert site.storage.lay_in("d1", 8 * MIB) == laid_in
    assert site.storage.room() == room


def test_when_all_ballast_is_gone_an_append_fails_whole(site: Site) -> None:
    journal = site.ports.journal
    site.storage.lay_in("d1", 4 * MIB)
    with pytest.raises(StoreFault, match=r"Nothing was appended.*disk is full"):
        append_while_it_fills(site)
    assert held_back(site) == 0
    records = journal.read("d1")
    assert len(records) % 2 == 0
    assert [record.seq for record in records] == list(range(1, len(records) + 1))


def test_what_is_held_back_is_enough_for_many_hosts(tmp_path: Path) -> None:
    hosts = tuple(f"web{n}" for n in range(1, 61))
    with disk_of(256, tmp_path / "disk") as disk:
        site = Site(disk, hosts)
        site.break_release("web60")
        before: list[int] = []

        def watch(record: Recorded) -> None:
            if record.event.kind == "backout_began":
                before.append(held_back(site))
                fill(site.disk)

        assert site.deploy(watch).state is State.BACKED_OUT
        used = before[0] - site.storage.room()
        assert used < ballast_for(len(hosts), ITEMS * len(hosts)) / 2, (
            "the arithmetic of the ballast does not hold"
        )


def append_while_it_fills(site: Site) -> None:
    for seq in range(0, 100_000, 2):
        fill(site.disk)
        site.ports.journal.append("d1", seq, [Paused(by="ann", reason="x" * 4000)] * 2)


def nothing_is_half_written(site: Site, done: Deployment) -> None:
    records = site.ports.journal.read(done.id)
    assert fold(records) == done
    for record in records:
        for reference in getattr(record.event, "baselines", ()):
            assert site.ports.baselines.get(reference.digest).captured_at <= START.replace(hour=23)
    folders = sorted(path.name for path in (site.disk / "attempts").iterdir())
    assert folders == sorted(request.attempt for request in site.playbooks.started)
    for request in site.playbooks.started:
        assert AttemptFolder(site.disk / "attempts", request.attempt).request() == request
    assert not list(site.disk.rglob(".part-*")) + list(site.disk.rglob(".new-*"))
