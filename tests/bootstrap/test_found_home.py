"""Which `.orch` is taken for the home without being named."""

import os
import subprocess
from pathlib import Path

import pytest

from orchestrator.bootstrap import home_of
from orchestrator.errors import StoreFault


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a folder, in which we are."""
    monkeypatch.delenv("ORCH_HOME", raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path / "plans")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


def tracked(clone: Path, *places: str) -> None:
    for place in places:
        (clone / place).parent.mkdir(parents=True, exist_ok=True)
        (clone / place).write_text("x")
        git(clone, "add", "-f", place)


@pytest.mark.parametrize("version", ["2", "4"])
def test_a_home_that_git_tracks_is_refused(clone: Path, version: str) -> None:
    git(clone, "config", "index.version", version)
    tracked(clone, ".orca", ".orch/keys/eve.yml")
    with pytest.raises(StoreFault, match=r"\.orch is tracked by git.*ORCH_HOME"):
        home_of()


@pytest.mark.parametrize("version", ["2", "4"])
def test_a_home_beside_tracked_files_is_taken(clone: Path, version: str) -> None:
    git(clone, "config", "index.version", version)
    (clone / ".orch").mkdir()
    tracked(clone, "plans/shop.yml", "tests/.orch/not-ours")
    assert home_of() == clone / ".orch"


def test_a_home_that_is_named_is_taken(clone: Path) -> None:
    tracked(clone, ".orch/keys/eve.yml")
    assert home_of(clone / ".orch") == clone / ".orch"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_home_of_another_user_is_refused(clone: Path) -> None:
    (clone / ".orch").mkdir()
    os.chown(clone / ".orch", 65534, 65534)
    with pytest.raises(StoreFault, match="belongs to nobody"):
        home_of()
