"""A home that lost its private key goes on with a new one and says so; what is on record verifies what the old one sealed."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.errors import StoreFault
from tests.seals.orch_here import Orch
from tests.seals.sealed_home import SealedHome, sealed_home


@pytest.fixture
def home(tmp_path: Path) -> SealedHome:
    return sealed_home(tmp_path / "home", deployments=2, words=2)


@pytest.fixture
def orch(home: SealedHome, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Orch:
    monkeypatch.setenv("ORCH_HOME", str(home.place))
    return Orch(capsys)


def lose(home: SealedHome) -> None:
    (home.place / "seal" / "key.pem").unlink()


def test_what_the_lost_key_sealed_is_intact(home: SealedHome) -> None:
    lose(home)
    assert home.codes("d1") == []


def test_the_next_event_makes_a_key_that_says_what_it_follows(home: SealedHome) -> None:
    [first] = home.keys().own()
    lose(home)
    home.append("d1", e.Paused(by="ann", reason="later"))
    assert (home.codes("d1"), home.codes("d2")) == ([], [])
    before, now = home.keys().own()
    assert (before, now.after_loss, now.introduced_by) == (first, True, None)


def test_processes_that_find_it_lost_at_once_agree_on_one_key(home: SealedHome) -> None:
    lose(home)
    first, second = home.keys(), home.keys()
    assert first.own() == second.own()
    assert len(home.keys().own()) == 2


def test_people_are_told(home: SealedHome, orch: Orch) -> None:
    assert "lost" not in orch("record", "verify").text
    lose(home)
    home.append("d1", e.Paused(by="ann", reason="later"))
    verified = orch("record", "verify")
    assert verified.code == 0
    assert "was lost: it was not introduced" in verified.text
    assert "it follows a key that was lost" in orch("record", "key").text


def test_a_sealed_record_says_so_to_both_verifiers(
    home: SealedHome, orch: Orch, tmp_path: Path, root: Path
) -> None:
    lose(home)
    home.append("d1", e.Paused(by="ann", reason="later"))
    file = tmp_path / "d1.json"
    orch("record", "seal", "d1", "--out", str(file))
    here = orch("record", "verify", str(file))
    assert (here.code, "key_after_loss" in here.text) == (0, True)
    program = str(root / "orchestrator" / "verifier" / "verify_record.py")
    alone = subprocess.run(
        [sys.executable, program, str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (alone.returncode, "that was lost" in alone.stdout) == (0, True), alone.stdout


def test_another_key_in_its_place_is_no_loss(home: SealedHome, tmp_path: Path) -> None:
    other = sealed_home(tmp_path / "other", deployments=1, words=1)
    (home.place / "seal" / "key.pem").write_bytes((other.place / "seal" / "key.pem").read_bytes())
    with pytest.raises(StoreFault, match="none of the keys"):
        home.append("d1", e.Paused(by="ann", reason="later"))
