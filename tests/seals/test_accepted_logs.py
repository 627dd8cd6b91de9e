"""One word for the house accepts that the log broke, such as by a backup that was restored; single trees stay single."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from tests.seals.orch_here import Orch
from tests.seals.sealed_home import SealedHome, sealed_home


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_home(tmp_path_factory.mktemp("made") / "home").place


@pytest.fixture
def home(made: Path, tmp_path: Path) -> SealedHome:
    return SealedHome(Path(shutil.copytree(made, tmp_path / "home")))


@pytest.fixture
def orch(home: SealedHome, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Orch:
    monkeypatch.setenv("ORCH_HOME", str(home.place))
    return Orch(capsys)


def restored(home: SealedHome, tmp_path: Path) -> None:
    """The database of a backup of the night is put back; two events were written since."""
    file = home.place / "journal.sqlite"
    copied(file, tmp_path / "backup")
    home.append("d1", e.Paused(by="ann", reason="later"))
    home.append("d2", e.Paused(by="ann", reason="later"))
    copied(tmp_path / "backup", file)


def copied(source: Path, target: Path) -> None:
    """As `sqlite3 SOURCE ".backup TARGET"` does it."""
    with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as after:
        before.backup(after)


def codes(orch: Orch) -> dict[str, list[str]]:
    looks = json.loads(orch("record", "verify", "--json").text)["deployments"]
    return {look["deployment"]: [each["code"] for each in look["findings"]] for look in looks}


def test_one_word_covers_a_backup_that_was_restored(home: SealedHome, orch: Orch, tmp_path: Path) -> None:
    restored(home, tmp_path)
    refused = orch("resume", "d1", "--no-drive")
    assert refused.code == 13
    assert "orch record accept --log --reason WHY" in refused.text
    assert set(codes(orch)["d3"]) == {"seal.store_older"}
    accepted = orch("record", "accept", "--log", "--reason", "backup of Monday")
    assert accepted.code == 0, accepted.text
    assert codes(orch) == {"d1": [], "d2": [], "d3": [], "orch.house": []}
    verified = orch("record", "verify")
    assert (verified.code, "backup of Monday" in verified.text) == (0, True)
    for name in ("d1", "d2"):
        assert orch("resume", name, "--no-drive").code == 0
    assert orch("record", "accept", "--log", "--reason", "again").code == 4


def test_it_counts_after_events_were_appended_too(home: SealedHome, orch: Orch, tmp_path: Path) -> None:
    restored(home, tmp_path)
    home.append("d2", e.Paused(by="ann", reason="stopped in a hurry"))
    assert codes(orch) == {"d1": ["seal.log_broke"], "d2": ["seal.log_broke"], "d3": ["seal.log_broke"]}
    assert orch("record", "accept", "--log", "--reason", "backup").code == 0
    assert not any(codes(orch).values())


def test_a_deployment_of_afterwards_was_never_in_that_log(
    home: SealedHome, orch: Orch, tmp_path: Path
) -> None:
    restored(home, tmp_path)
    home.append("d2", e.Paused(by="ann", reason="later"))
    with home.journal() as journal:
        journal.append("d9", 0, [journal.read("d1")[0].event])
    assert codes(orch)["d9"] == []


def test_a_tree_that_broke_itself_stays_single(home: SealedHome, orch: Orch, tmp_path: Path) -> None:
    home.by_hand("DELETE FROM seal_leaves WHERE deployment = 'd3' AND seq = 2")
    restored(home, tmp_path)
    assert orch("record", "accept", "--log", "--reason", "backup").code == 0
    assert codes(orch)["d1"] == []
    assert "seal.leaf_missing" in codes(orch)["d3"]
    assert orch("resume", "d3", "--no-drive").code == 13


def test_a_second_break_asks_again(home: SealedHome, orch: Orch, tmp_path: Path) -> None:
    for reason in ("Monday", "Tuesday"):
        restored(home, tmp_path)
        assert orch("record", "verify", "d1").code == 13
        assert orch("record", "accept", "--log", "--reason", reason).code == 0
        assert orch("record", "verify", "d1").code == 0


def test_sealed_records_of_afterwards_say_so(
    home: SealedHome, orch: Orch, tmp_path: Path, root: Path
) -> None:
    restored(home, tmp_path)
    orch("record", "accept", "--log", "--reason", "backup of Monday")
    file = tmp_path / "d1.json"
    assert orch("record", "seal", "d1", "--out", str(file)).code == 0
    verified = orch("record", "verify", str(file))
    assert verified.code == 0
    assert "backup of Monday" in verified.text
    assert "log_broke" in verified.text
    alone = subprocess.run(
        [sys.executable, str(root / "orchestrator" / "verifier" / "verify_record.py"), str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr
    assert "backup of Monday" in alone.stdout
    assert "begun anew (1 times)" in alone.stdout


def test_a_word_that_somebody_wrote_themselves_counts_for_nothing(
    home: SealedHome, orch: Orch, tmp_path: Path
) -> None:
    restored(home, tmp_path)
    home.append("d2", e.Paused(by="ann", reason="later"))
    body = '{"kind":"log_accepted","breaks":1,"damage":[],"by":"Li Wei","reason":"fine"}'
    home.by_hand(
        "INSERT INTO events (deployment, seq, at, version, kind, body) "
        f"SELECT 'orch.house', 1, at, version, 'log_accepted', '{body}' FROM events WHERE deployment = 'd1' AND seq = 1"
    )
    assert orch("resume", "d1", "--no-drive").code == 13
    assert codes(orch)["orch.house"] == ["seal.head_missing"]


def test_the_record_of_the_house_is_accepted_by_its_name(home: SealedHome, orch: Orch) -> None:
    with home.journal() as journal:
        journal.append("orch.house", 0, [e.EmergencyStopped(by="bo", reason="fire")])
        journal.append("orch.house", 1, [e.EmergencyLifted(by="bo", reason="out")])
    home.by_hand("UPDATE events SET body = replace(body, 'fire', 'wire') WHERE deployment = 'orch.house'")
    assert orch("record", "verify", "orch.house").code == 13
    assert orch("record", "accept", "orch.house", "--reason", "a test").code == 0
    assert orch("record", "accept", "orch.house", "--reason", "again").code == 4


def test_one_of_the_two_is_named(orch: Orch) -> None:
    assert orch("record", "accept", "--reason", "x").code == 2
    assert orch("record", "accept", "d1", "--log", "--reason", "x").code == 2


def test_a_changed_row_of_the_log_is_about_its_own_deployment(home: SealedHome, orch: Orch) -> None:
    home.by_hand("UPDATE seal_log SET size = 99 WHERE number = 3")
    assert codes(orch) == {"d1": ["seal.log_changed"], "d2": [], "d3": []}
    assert orch("record", "verify", "d2").code == 13, "the log does not fit, and that is said"
    assert orch("resume", "d2", "--no-drive").code == 0
    assert orch("resume", "d1", "--no-drive").code == 13
