"""The keys of a server in its home: read anew where they were replaced, and replaced by ones that the old ones speak for."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.adapters.keys.frame_keys import FolderFrameKeys
from orchestrator.engine.node_ports import FrameKeys, Party, Succession, succession_text
from orchestrator.errors import Refused, StoreFault

NAME = "server"
_FILES = ("sign.pem", "box.pem")
_KEPT = 3
"""Sets of keys that open what was sealed before they were replaced."""


class ServerKeys(FrameKeys):
    """Processes that go on for days seal with the keys that are in the folder now; older ones open, and sign nothing."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreFault, Refused."""
        self._folder = folder
        self._current = FolderFrameKeys(folder, NAME)
        self._seen = self._state()

    @property
    def party(self) -> Party:
        """See the port."""
        return self._now().party

    def sign(self, content: bytes) -> str:
        """See the port."""
        return self._now().sign(content)

    def seal(self, content: bytes, to: Sequence[Party], about: bytes = b"") -> bytes:
        """See the port."""
        return self._now().seal(content, to, about)

    def open(self, frame: bytes, by: Party, about: bytes = b"") -> bytes:
        """See the port."""
        try:
            return self._now().open(frame, by, about)
        except Refused as refused:
            for before in self._before():
                try:
                    return before.open(frame, by, about)
                except Refused:
                    continue
            raise refused from None

    def _now(self) -> FolderFrameKeys:
        state = self._state()
        if state != self._seen:
            self._current, self._seen = FolderFrameKeys(self._folder, NAME), state
        return self._current

    def _before(self) -> list[FolderFrameKeys]:
        return [FolderFrameKeys(folder, NAME) for folder in _sets_before(self._folder)]

    def _state(self) -> tuple[tuple[int, int], ...]:
        try:
            seen = [(self._folder / name).stat() for name in _FILES]
        except OSError:
            return ()
        return tuple((each.st_mtime_ns, each.st_ino) for each in seen)


def replace_keys(folder: Path, publish: Callable[[Succession], None]) -> Succession:
    """Replace the keys by new ones; `publish` has nodes learn them first, by a statement that the old ones sign.

    Whoever is killed meanwhile is followed by whoever calls it again, with the same new keys. Raises StoreFault.
    """
    try:
        with _alone(folder):
            ready = folder / "next"
            before = FolderFrameKeys(_signing(folder), NAME)
            after = FolderFrameKeys(ready / "keys", NAME).party
            text = succession_text(before.party.verify, after)
            succession = Succession(before=before.party.verify, after=after, signature=before.sign(text))
            publish(succession)
            _take_up(folder, ready, before.party)
    except OSError as error:
        raise StoreFault(f"{folder} cannot be written: {error.strerror or error}.") from None
    return succession


def _signing(folder: Path) -> Path:
    """Where the keys are that still speak: once the new ones are being put in place, those that were set aside."""
    mark = folder / "next" / "from"
    return folder / mark.read_text("ascii") if mark.exists() else folder


def _take_up(folder: Path, ready: Path, before: Party) -> None:
    """The old ones are set aside whole before the first new one is in place."""
    mark, aside = ready / "from", f"before-{before.verify[:16]}"
    if not mark.exists():
        draft = folder / f".{aside}"
        shutil.rmtree(draft, ignore_errors=True)
        if not (folder / aside).exists():
            draft.mkdir(mode=0o700)
            for name in _FILES:
                shutil.copy2(folder / name, draft / name)
            draft.replace(folder / aside)
        _written(mark, aside)
    for name in _FILES:
        beside = folder / f".{name}.next"
        shutil.copy2(ready / "keys" / name, beside)
        beside.replace(folder / name)
    over = folder / ".next-over"
    shutil.rmtree(over, ignore_errors=True)
    ready.replace(over)
    shutil.rmtree(over)
    for old in _sets_before(folder)[_KEPT:]:
        shutil.rmtree(old)


def _written(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}")
    beside.write_text(text, "ascii")
    beside.replace(file)


def _sets_before(folder: Path) -> list[Path]:
    """The newest first."""
    there = [path for path in folder.glob("before-*") if all((path / name).exists() for name in _FILES)]
    return sorted(there, key=lambda path: path.stat().st_mtime_ns, reverse=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    FolderFrameKeys(folder, NAME)
    descriptor = os.open(folder / ".replacing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
