"""The book of anchors in the store: what is outside, what is owed, and which checkpoints the log goes on from."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.seals.anchor_book import SqlAnchorBook
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.anchors import Anchoring, AnchorPlace, AnchorTry, Silent
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.merkle import is_consistent
from orchestrator.domain.seal.signed_note import SignedNote
from tests.fakes.clock import START, FakeClock

FILE, STAMPS = AnchorPlace("second", "file", "/mnt/second"), AnchorPlace("stamps", "rfc3161", "https://tsa")


class Store:
    """A sealed journal with its book."""

    def __init__(self, home: Path, url: str | None) -> None:
        keys = FolderSealKeys(home, FakeClock().now)
        self.journal = SqlJournal(home, FakeClock(), url=url, seal_keys=keys)
        self.book = SqlAnchorBook(self.journal.database)
        self.events = 0

    def append(self, times: int = 1) -> Checkpoint:
        """Pause it so many times; the checkpoint after that."""
        for _ in range(times):
            self.journal.append("d1", self.events, [e.Paused(by="ann", reason="tea")])
            self.events += 1
        return self.checkpoint()

    def checkpoint(self) -> Checkpoint:
        return Checkpoint.read(SignedNote.read(self.book.note()).text)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    opened = Store(tmp_path / "home", url)
    yield opened
    opened.journal.close()


def anchoring(store: Store, anchor: AnchorPlace = FILE, proof: bytes = b"") -> Anchoring:
    return Anchoring(anchor, store.checkpoint().size, store.book.note(), proof, START)


def test_in_a_store_without_seals_nothing_is_owed(store: Store) -> None:
    assert store.book.note() == ""
    state = store.book.state("d1")
    assert (state.log_size, state.number, state.owed("second")) == (0, None, 0)


def test_what_was_written_is_read_and_the_largest_counts(store: Store) -> None:
    store.append(2)
    first, tried = anchoring(store), AnchorTry(FILE, START)
    store.book.write([first], [tried])
    store.append()
    second = anchoring(store, STAMPS, b"\x00\xff")
    silent = AnchorTry(STAMPS, START, Silent("late", "4 s"))
    store.book.write([second], [silent])
    assert store.book.anchorings() == [first, second]
    state = store.book.state("d1")
    assert (state.log_size, state.number) == (3, 2)
    assert list(state.tries) == [tried, silent]
    assert state.newest == {"second": first, "stamps": second}
    assert (state.owed("second"), state.owed("stamps"), state.owed("another")) == (1, 0, 3)


def test_two_that_anchored_the_same_are_one_and_the_last_try_counts(store: Store) -> None:
    store.append()
    for silence in (Silent("down"), None):
        store.book.write([anchoring(store)], [AnchorTry(FILE, START, silence)])
    assert len(store.book.anchorings()) == 1
    assert store.book.state().tries == [AnchorTry(FILE, START)]


def test_what_is_forgotten_is_owed_nothing_and_keeps_what_it_has(store: Store) -> None:
    store.append()
    store.book.write([anchoring(store)], [AnchorTry(FILE, START), AnchorTry(STAMPS, START)])
    store.book.forget({"second"})
    assert [each.anchor for each in store.book.state().tries] == [STAMPS]
    assert len(store.book.anchorings()) == 1


def test_a_checkpoint_is_a_beginning_or_older_or_forked(store: Store) -> None:
    first, last = store.append(3), store.append(4)
    later, other = replace(last, size=last.size + 1), replace(first, root=b"\1" * 32)
    assert store.book.misfits([first, last, later, other]) == [None, None, "older", "forked"]


def test_from_each_beginning_a_proof_leads_to_the_log(store: Store) -> None:
    beginnings = [store.append() for _ in range(11)]
    last = store.checkpoint()
    for each in beginnings:
        proof = store.book.consistency(each.size, last.size)
        assert is_consistent(each.size, each.root, last.size, last.root, proof), each.size
