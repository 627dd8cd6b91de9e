"""What every store of attached files keeps: what comes out is what went in, and nothing without an end is read."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.attachments import DirectoryAttachments
from orchestrator.adapters.store.contents import SharedContents
from orchestrator.domain.evidence.attachment import LARGEST, Attachment
from orchestrator.engine.attachment_ports import Attachments
from orchestrator.errors import NotFound, StoreFault, UsageFault
from tests.fakes.attachments import FakeAttachments
from tests.fakes.clock import FakeClock


class TwoMachines(Attachments):
    """What one machine keeps, the other reads, each time by an empty folder of its own."""

    def __init__(self, place: Path, contents: SharedContents) -> None:
        self._place, self._contents, self._reads = place, contents, 0

    def keep(self, file: Path) -> Attachment:
        return DirectoryAttachments(self._place / "one", shared=self._contents).keep(file)

    def read(self, digest: str) -> bytes:
        self._reads += 1
        return DirectoryAttachments(self._place / str(self._reads), shared=self._contents).read(digest)


@pytest.fixture(params=["directory", "two machines", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attachments]:
    if request.param == "fake":
        yield FakeAttachments()
    elif request.param == "directory":
        yield DirectoryAttachments(tmp_path / "kept")
    else:
        journal = SqlJournal(tmp_path / "store", FakeClock(), url=request.getfixturevalue("database_url"))
        yield TwoMachines(tmp_path / "two", SharedContents(journal.database))
        journal.close()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 \x00\xff", b"x" * LARGEST])
def test_what_is_kept_comes_back_by_its_digest(store: Attachments, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "Protokoll der Übergabe.pdf"
    file.write_bytes(content)
    kept = store.keep(file)
    assert (kept.name, kept.sha256, kept.size) == (file.name, sha256(content).hexdigest(), len(content))
    assert store.read(kept.sha256) == content
    assert store.keep(file) == kept


def test_a_file_that_is_too_large_is_refused(store: Attachments, tmp_path: Path) -> None:
    large = tmp_path / "image"
    with large.open("wb") as written:
        written.truncate(LARGEST + 1)
    with pytest.raises(UsageFault, match="cannot be attached"):
        store.keep(large)


@pytest.mark.parametrize("name", ["folder", "pipe", "missing"])
def test_what_is_no_file_is_refused_at_once(store: Attachments, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageFault, match="cannot be attached"):
        store.keep(tmp_path / name)


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", ""])
def test_what_is_not_there_is_said(store: Attachments, digest: str) -> None:
    with pytest.raises(NotFound):
        store.read(digest)


def test_a_changed_file_is_noticed_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    store = DirectoryAttachments(tmp_path / "kept")
    (tmp_path / "note.txt").write_text("done")
    kept = store.keep(tmp_path / "note.txt")
    [file] = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("not done")
    with pytest.raises(StoreFault, match="was changed"):
        store.read(kept.sha256)
