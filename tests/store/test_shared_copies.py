"""Private copies in the database of a server: what another machine fetches is what was shared, whole, or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.contents import PART, SharedContents
from orchestrator.adapters.store.shared_copies import StoredCopies
from orchestrator.errors import NotFound, Refused
from tests.fakes.clock import FakeClock
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree())


@pytest.fixture
def contents(tmp_path: Path, database_url: str) -> Iterator[SharedContents]:
    journal = SqlJournal(tmp_path / "home", FakeClock(), url=database_url)
    yield SharedContents(journal.database)
    journal.close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy whose archive has several parts, also when it is compressed."""
    place = tmp_path / "frozen/d1"
    place.mkdir(parents=True)
    (place / "site.yml").write_text("- hosts: all\n")
    (place / "unit.bin").write_bytes(os.urandom(PART + 1000))
    return place


def files_of(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


def test_another_machine_fetches_what_was_shared(
    contents: SharedContents, copy: Path, tmp_path: Path
) -> None:
    copies = StoredCopies(contents)
    digest = copies.share("d1", copy)
    there = tmp_path / "elsewhere"
    there.mkdir()
    StoredCopies(contents).unpack(digest, there)
    assert files_of(there) == files_of(copy)
    other = copies.share("d2", copy)
    assert other != digest, "each deployment has an archive of its own, which goes with it"
    copies.forget(digest)
    with pytest.raises(NotFound):
        copies.unpack(digest, there)
    again = tmp_path / "again"
    again.mkdir()
    copies.unpack(other, again)
    assert files_of(again) == files_of(copy)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (
            "UPDATE contents SET body = set_byte(body, 100000, get_byte(body, 100000) # 1) WHERE part = 0",
            Refused,
        ),
        ("UPDATE contents SET body = ''::bytea, size = size - octet_length(body) WHERE part = 1", NotFound),
        ("DELETE FROM contents WHERE part = 1", NotFound),
        ("DELETE FROM contents WHERE part = 0", NotFound),
    ],
)
def test_a_copy_that_is_not_what_was_shared_is_not_taken(
    contents: SharedContents,
    copy: Path,
    tmp_path: Path,
    database_url: str,
    change: str,
    refusal: type[Exception],
) -> None:
    digest = StoredCopies(contents).share("d1", copy)
    with psycopg.connect(database_url) as connection:
        connection.execute(change.encode())
    there = tmp_path / "elsewhere"
    there.mkdir()
    with pytest.raises(refusal):
        StoredCopies(contents).unpack(digest, there)
    assert list(there.iterdir()) == []


def test_another_copy_under_its_digest_is_refused(
    contents: SharedContents, copy: Path, tmp_path: Path, database_url: str
) -> None:
    copies = StoredCopies(contents)
    digest = copies.share("d1", copy)
    (copy / "site.yml").write_text("- hosts: all\n  tasks: []\n")
    changed = copies.share("d1", copy)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM contents WHERE digest = %s", [digest])
        connection.execute("UPDATE contents SET digest = %s WHERE digest = %s", [digest, changed])
    there = tmp_path / "elsewhere"
    there.mkdir()
    with pytest.raises(Refused, match="another digest"):
        copies.unpack(digest, there)
    assert list(there.iterdir()) == []


def test_a_copy_that_unpacks_to_too_much_is_neither_shared_nor_taken(
    contents: SharedContents, tmp_path: Path
) -> None:
    place, there = tmp_path / "frozen/d1", tmp_path / "elsewhere"
    place.mkdir(parents=True)
    there.mkdir()
    (place / "zeros").write_bytes(bytes(3 << 20))
    assert StoredCopies(contents, most=2 << 20).share("d1", place) == ""
    digest = StoredCopies(contents).share("d1", place)
    with pytest.raises(Refused, match="more than"):
        StoredCopies(contents, most=2 << 20).unpack(digest, there)
    assert list(there.iterdir()) == []


_ARRIVES = """
import sys, time
from pathlib import Path
from orchestrator.adapters.files.project_authority import ProjectAuthority
from tests.worlds.plans import plan_of, plan_tree
home = Path(sys.argv[1])
def unpack(place):
    (place / "site.yml").write_text("half")
    print("half", flush=True)
    time.sleep(60)
ProjectAuthority(home).arrive("d1", plan_of(plan_tree()), home, unpack)
"""


def test_whoever_is_killed_while_a_copy_arrives_leaves_none(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _ARRIVES, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.send_signal(signal.SIGKILL)
    authority = ProjectAuthority(tmp_path)
    assert authority.copies() == []
    authority.arrive("d1", PLAN, tmp_path, lambda place: (place / "whole").touch())
    assert [path.name for path in Path(authority.place_of("d1")).iterdir()] == ["whole"]
    assert list((tmp_path / "arriving").iterdir()) == []


def test_a_copy_that_cannot_be_unpacked_leaves_none_and_one_that_is_there_stays(tmp_path: Path) -> None:
    authority = ProjectAuthority(tmp_path)

    def refused(place: Path) -> None:
        (place / "half").touch()
        raise Refused("another digest")

    with pytest.raises(Refused):
        authority.arrive("d1", PLAN, tmp_path, refused)
    assert (authority.copies(), list((tmp_path / "arriving").iterdir())) == ([], [])
    place = Path(authority.place_of("d1"))
    place.mkdir(parents=True)
    (place / "mine").touch()
    authority.arrive("d1", PLAN, tmp_path, lambda draft: (draft / "theirs").touch())
    assert [path.name for path in place.iterdir()] == ["mine"]
