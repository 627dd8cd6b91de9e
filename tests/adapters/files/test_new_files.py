"""New files in a folder of somebody else's: all or none, never over anything, whenever the writer dies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.adapters.files.new_files import STAGING, standing, take_back_interrupted, write_new
from orchestrator.errors import Conflict, StoreFault

FILES = {"rollback/files/a.py": "a\n", "rollback/b.yml": "b\n", "plans/c.yml": "c\n"}


def texts_in(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_all_are_written(tmp_path: Path) -> None:
    write_new(tmp_path, {**FILES, "d.bin": b"\xff"})
    assert (tmp_path / "d.bin").read_bytes() == b"\xff"
    (tmp_path / "d.bin").unlink()
    assert texts_in(tmp_path) == FILES
    assert (tmp_path / "plans/c.yml").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("place", FILES)
def test_nothing_is_written_over_and_nothing_is_left(place: str, tmp_path: Path) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text("theirs\n")
    assert standing(tmp_path, FILES) == [place]
    with pytest.raises(Conflict, match=r"stands already.*nothing was written"):
        write_new(tmp_path, FILES)
    assert texts_in(tmp_path) == {place: "theirs\n"}
    assert [path.name for path in tmp_path.iterdir()] == [Path(place).parts[0]]


def test_a_link_that_leads_nowhere_stands_too(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/c.yml").symlink_to("nowhere")
    assert standing(tmp_path, FILES) == ["plans/c.yml"]
    with pytest.raises(Conflict):
        write_new(tmp_path, FILES)
    assert (tmp_path / "plans/c.yml").is_symlink()


def interrupted(folder: Path, linked: int) -> None:
    """What a writer leaves that is killed after so many links."""
    staging = folder / STAGING
    staging.mkdir()
    for number, text in enumerate(FILES.values()):
        (staging / str(number)).write_text(text)
    (staging / "list").write_text("\n".join(FILES))
    for number, name in list(enumerate(FILES))[:linked]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(staging / str(number), folder / name)


@pytest.mark.parametrize("linked", range(len(FILES) + 1))
def test_what_a_killed_writer_left_is_taken_back_by_the_next(linked: int, tmp_path: Path) -> None:
    interrupted(tmp_path, linked)
    assert standing(tmp_path, FILES) == []
    write_new(tmp_path, FILES)
    assert texts_in(tmp_path) == FILES
    assert not (tmp_path / STAGING).exists()


def test_what_somebody_changed_meanwhile_is_theirs(tmp_path: Path) -> None:
    interrupted(tmp_path, 2)
    changed = tmp_path / "rollback/b.yml"
    changed.unlink()
    changed.write_text("changed\n")
    assert take_back_interrupted(tmp_path) == ["rollback/files/a.py"]
    assert texts_in(tmp_path) == {"rollback/b.yml": "changed\n"}


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file where a folder is wanted\n")
    with pytest.raises((StoreFault, Conflict), match="nothing was written"):
        write_new(tmp_path, FILES)
    assert texts_in(tmp_path) == {"plans": "a file where a folder is wanted\n"}


def test_a_folder_of_that_name_that_is_somebody_elses_stays(tmp_path: Path) -> None:
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "notes").write_text("mine\n")
    with pytest.raises(Conflict, match="holds notes, which orch did not write"):
        write_new(tmp_path, FILES)
    assert texts_in(tmp_path) == {f"{STAGING}/notes": "mine\n"}


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/plans").symlink_to("../elsewhere")
    with pytest.raises(Conflict, match=r"plans/c\.yml leads out of"):
        write_new(tmp_path / "tree", FILES)
    assert texts_in(tmp_path) == {}
