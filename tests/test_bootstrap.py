"""What the environment chooses: the reserve of the disk, and where the journal is."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlJournal
from orchestrator.bootstrap import disk_reserve, ports, ports_to_look
from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem
from orchestrator.domain.journal.events import Paused, Submitted
from orchestrator.errors import StoreFault, UsageFault
from tests.fakes.clock import START
from tests.worlds.small_disk import disk_of, fill


@pytest.mark.parametrize(
    ("given", "reserve"),
    [(None, 256 << 20), ("", 256 << 20), ("64MB", 64_000_000), ("1.5 GiB", 3 << 29), ("0B", 0)],
)
def test_the_reserve(monkeypatch: pytest.MonkeyPatch, given: str | None, reserve: int) -> None:
    monkeypatch.delenv("ORCH_DISK_RESERVE", raising=False)
    if given is not None:
        monkeypatch.setenv("ORCH_DISK_RESERVE", given)
    assert disk_reserve() == reserve


@pytest.mark.parametrize("given", ["64", "64 MB!", "-1MB", "lots", "64mb"])
def test_a_reserve_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("ORCH_DISK_RESERVE", given)
    with pytest.raises(UsageFault, match=r"ORCH_DISK_RESERVE is .*a size such as 500MB"):
        disk_reserve()


def test_the_reserve_reaches_the_storage_of_this_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_DISK_RESERVE", "64MB")
    wired = ports(tmp_path / "home")
    assert (wired.storage.reserve, wired.storage.place) == (64_000_000, str(tmp_path / "home"))
    assert wired.storage.room() > 0


def test_the_url_says_where_journal_and_locks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("ORCH_STORE_URL", database_url)
    here, there = ports(tmp_path / "here"), ports(tmp_path / "there")
    here.journal.append("d1", 0, [Submitted(by="ann")])
    assert there.journal.deployments() == ["d1"]
    assert here.locks.take("d1", {"m1": "web1"}, "ann") == []
    assert [lock.deployment for lock in there.locks.held()] == ["d1"]
    assert not list(tmp_path.rglob("journal.sqlite"))


def test_a_url_that_leads_nowhere_is_a_fault_of_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_STORE_URL", "postgresql://ann:s3cret@/orch?host=/nowhere")
    with pytest.raises(StoreFault, match="cannot be reached") as raised:
        ports(tmp_path / "home")
    assert "s3cret" not in str(raised.value)


def test_everything_that_is_kept_gets_room_from_the_ballast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_DISK_RESERVE", "1MiB")
    with disk_of(32, tmp_path / "disk") as disk:
        wired = ports(disk / "home")
        laid_in = wired.storage.lay_in("d1", 16 << 20)

        def thrown_off_by(act: Callable[[], object]) -> bool:
            before = wired.storage.lay_in("d1", 0)
            fill(disk)
            act()
            return wired.storage.lay_in("d1", 0) < before

        events = [Paused(by="ann", reason="x" * 4000)] * 200
        machines = {f"machine-{n}": "h" * 200 for n in range(2000)}
        items = tuple(
            ConfigurationItem(kind="file", name=sha256(f"{n}".encode()).hexdigest(), attributes={})
            for n in range(2000)
        )
        baseline = Baseline(host="web1", machine_id="m1", captured_at=START, items=items)
        assert laid_in == 16 << 20
        assert thrown_off_by(lambda: wired.journal.append("d1", 0, events))
        assert thrown_off_by(lambda: wired.locks.take("d1", machines, "ann"))
        assert thrown_off_by(lambda: wired.baselines.put(baseline))


def test_whoever_looks_is_told_of_a_store_that_cannot_be_opened_and_changes_no_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = ports_to_look(tmp_path / "home")
    assert (looking.journal is looking.journal, looking.locks is looking.locks) == (True, True)
    with pytest.raises(FrozenInstanceError):
        looking.journal = SqlJournal(tmp_path / "other", looking.clock)  # type: ignore[misc]
    monkeypatch.setenv("ORCH_STORE_URL", "postgresql://ann@/orch?host=/nowhere")
    with pytest.raises(StoreFault, match="cannot be reached"):
        ports_to_look(tmp_path / "home")
