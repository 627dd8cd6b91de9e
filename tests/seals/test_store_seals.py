"""Whoever edits the store without orch's key is found, at the event that they edited."""

import shutil
from pathlib import Path

import pytest

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.snapshots import folded
from tests.fakes.clock import FakeClock
from tests.seals.sealed_home import SealedHome, sealed_home


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_home(tmp_path_factory.mktemp("made") / "home").place


@pytest.fixture
def home(made: Path, tmp_path: Path) -> SealedHome:
    return SealedHome(Path(shutil.copytree(made, tmp_path / "home")))


EDITS = [
    (
        "a body",
        ["UPDATE events SET body = replace(body, 'tea', 'gin') WHERE deployment = 'd1' AND seq = 9"],
        9,
    ),
    (
        "a time",
        ["UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE deployment = 'd1' AND seq = 2"],
        2,
    ),
    ("a kind", ["UPDATE events SET kind = 'resumed' WHERE deployment = 'd1' AND seq = 9"], 9),
    ("a version", ["UPDATE events SET version = version - 1 WHERE deployment = 'd1' AND seq = 3"], 3),
]


def test_a_clean_store_is_intact(home: SealedHome) -> None:
    look = home.look()
    assert look.intact
    assert look.size > 5
    assert look.late == 0


@pytest.mark.parametrize(("what", "statements", "event"), EDITS, ids=[row[0] for row in EDITS])
def test_a_changed_event_is_found(home: SealedHome, what: str, statements: list[str], event: int) -> None:
    home.by_hand(*statements)
    assert home.codes() == [("seal.event_changed", event)], what
    assert home.codes("d2") == []


LAST = "(SELECT max(seq) FROM events WHERE deployment = 'd1')"
OF_LAST = f"events WHERE deployment = 'd1' AND seq = {LAST}"
NEWEST = "(SELECT max(number) FROM seal_log WHERE deployment = 'd1')"
CODES = [
    (
        "an event deleted",
        [f"DELETE FROM events WHERE deployment = 'd1' AND seq = {LAST}"],
        "seal.event_missing",
    ),
    (
        "the tail with its seals",
        [
            f"DELETE FROM seal_log WHERE number = {NEWEST}",
            f"DELETE FROM seal_leaves WHERE deployment = 'd1' AND seq = {LAST}",
            f"DELETE FROM events WHERE deployment = 'd1' AND seq = {LAST}",
        ],
        "seal.log_changed",
    ),
    (
        "an event added",
        [f"INSERT INTO events SELECT deployment, 99, at, version, kind, body FROM {OF_LAST}"],
        "seal.event_added",
    ),
    (
        "two events swapped",
        [
            "UPDATE events SET seq = -1 WHERE deployment = 'd1' AND seq = 6",
            "UPDATE events SET seq = 6 WHERE deployment = 'd1' AND seq = 7",
            "UPDATE events SET seq = 7 WHERE deployment = 'd1' AND seq = -1",
        ],
        "seal.event_changed",
    ),
    ("all of one deployment", ["DELETE FROM events WHERE deployment = 'd1'"], "seal.event_missing"),
    ("a leaf", ["DELETE FROM seal_leaves WHERE deployment = 'd1' AND seq = 2"], "seal.leaf_missing"),
    (
        "a salt",
        ["UPDATE seal_leaves SET salt = x'00' WHERE deployment = 'd1' AND seq = 2"],
        "seal.event_changed",
    ),
    ("a head", [f"UPDATE seal_log SET size = size - 1 WHERE number = {NEWEST}"], "seal.log_changed"),
    ("the heads of one deployment", ["DELETE FROM seal_log WHERE deployment = 'd1'"], "seal.head_missing"),
    (
        "whose head it is",
        [f"UPDATE seal_log SET deployment = 'd2' WHERE number = {NEWEST}"],
        "seal.log_changed",
    ),
    ("a node", ["DELETE FROM seal_nodes WHERE level = 0"], "seal.head_changed"),
    (
        "a peak",
        ["DELETE FROM seal_nodes WHERE level = (SELECT max(level) FROM seal_nodes)"],
        "seal.log_changed",
    ),
    (
        "the checkpoint",
        ["UPDATE seal_state SET note = replace(note, 'breaks 0', 'breaks 7')"],
        "seal.checkpoint_unsigned",
    ),
    ("no checkpoint", ["UPDATE seal_state SET note = 'hello'"], "seal.checkpoint_unreadable"),
    ("the store's id", ["UPDATE seal_state SET store = 'another'"], "seal.other_store"),
    (
        "a root of another type",
        [f"UPDATE seal_log SET root = 'x' WHERE number = {NEWEST}"],
        "seal.log_changed",
    ),
    (
        "a size beyond all",
        [f"UPDATE seal_log SET size = 99999999999 WHERE number = {NEWEST}"],
        "seal.head_changed",
    ),
    ("breaks of another type", ["UPDATE seal_log SET breaks = 'x' WHERE number = 3"], "seal.log_changed"),
    (
        "a leaf of another type",
        ["UPDATE seal_leaves SET leaf = 'x' WHERE deployment = 'd1' AND seq = 2"],
        "seal.leaf_missing",
    ),
    ("a node of another type", ["UPDATE seal_nodes SET hash = 'x' WHERE level = 0"], "seal.head_changed"),
    ("a checkpoint of another type", ["UPDATE seal_state SET note = x'00ff'"], "seal.checkpoint_unreadable"),
    (
        "all seals",
        [f"DELETE FROM {table}" for table in ("seal_leaves", "seal_log", "seal_nodes", "seal_state")],
        "seal.store_older",
    ),
]


@pytest.mark.parametrize(("what", "statements", "code"), CODES, ids=[row[0] for row in CODES])
def test_what_does_not_fit_is_found(home: SealedHome, what: str, statements: list[str], code: str) -> None:
    home.by_hand(*statements)
    assert code in {each for each, _ in home.codes()}, what


APPENDABLE = [row for row in CODES if row[0] != "an event added"]
"""The journal itself reads no gap, so that nothing follows it."""


@pytest.mark.parametrize(("what", "statements", "code"), APPENDABLE, ids=[row[0] for row in APPENDABLE])
def test_an_append_is_never_stopped_and_hides_nothing(
    home: SealedHome, what: str, statements: list[str], code: str
) -> None:
    del code
    before = home.look("d2").size
    home.by_hand(*statements)
    home.append("d2", e.Paused(by="ann", reason="later"))
    home.append("d1", e.Paused(by="ann", reason="later"))
    assert home.codes(), what
    assert home.look("d2").size == before + 1


def test_an_older_copy_of_the_database_is_found(home: SealedHome, tmp_path: Path) -> None:
    """The checkpoint beside the store is of a later moment."""
    file = home.place / "journal.sqlite"
    shutil.copy(file, tmp_path / "older")
    home.append("d1", e.Paused(by="ann", reason="later"))
    shutil.copy(tmp_path / "older", file)
    assert ("seal.store_older", 0) in home.codes()


def test_a_fork_is_found(home: SealedHome, tmp_path: Path) -> None:
    """The older copy was driven on: the checkpoint beside the store is of the other branch."""
    file, beside = home.place / "journal.sqlite", home.place / "seal" / "checkpoint"
    shutil.copy(file, tmp_path / "older")
    home.append("d1", e.Paused(by="ann", reason="this way"))
    other = beside.read_text()
    shutil.copy(tmp_path / "older", file)
    beside.unlink()
    home.append("d1", e.Paused(by="ann", reason="that way"))
    beside.write_text(other)
    assert ("seal.store_forked", 0) in home.codes()


def test_a_swapped_key_is_found(home: SealedHome, tmp_path: Path) -> None:
    """Who signs everything anew with a key of their own is a stranger to this home."""
    other = sealed_home(tmp_path / "other")
    shutil.copy(other.place / "journal.sqlite", home.place / "journal.sqlite")
    assert {"seal.key_unknown"} <= {code for code, _ in home.codes()}


def test_events_of_before_are_sealed_late_and_say_so(tmp_path: Path) -> None:
    from orchestrator.adapters.store import SqlJournal
    from tests.histories import ready_to_deploy

    place = tmp_path / "home"
    old = SqlJournal(place, FakeClock())
    for name in ("d1", "d2"):
        for seq, event in enumerate(ready_to_deploy()):
            old.append(name, seq, [event])
    old.close()
    home = SealedHome(place)
    assert home.codes() == [("seal.none", 0)]
    length = len(ready_to_deploy())
    home.append("d1", e.Paused(by="ann", reason="tea"))
    assert (home.look().intact, home.look().late, home.look().size) == (True, length, length + 1)
    assert (home.look("d2").intact, home.look("d2").late) == (True, length)


def test_keys_follow_one_another(home: SealedHome) -> None:
    with home.journal() as journal:
        keys = home.keys()
        home.seals(journal).signed_anew(lambda: keys.rotate("a laptop was lost"))
    # The seals were made with their own view of the keys: a new process reads them again.
    assert len(home.keys().own()) == 2


def test_a_kept_fold_of_somebody_else_counts_for_nothing(home: SealedHome) -> None:
    with home.journal() as journal:
        journal.keep([folded(journal, "d1")])
    home.by_hand("UPDATE folds SET brief = replace(brief, 'app', 'pay') WHERE deployment = 'd1'")
    with home.journal() as journal:
        assert "d1" not in journal.briefs()
    home.by_hand("UPDATE folds SET mark = x'00' WHERE deployment = 'd1'")
    with home.journal() as journal:
        assert journal.progress(["d1"])["d1"].kept is None


def test_a_kept_fold_of_this_home_counts(home: SealedHome) -> None:
    with home.journal() as journal:
        journal.keep([folded(journal, "d1")])
    with home.journal() as journal:
        assert journal.progress(["d1"])["d1"].kept is not None
        assert "d1" in journal.briefs()


def test_who_looks_while_another_process_appends_alarms_nobody(home: SealedHome) -> None:
    """What is beside the store is read before the store: the other way round it could be of a later moment."""

    class WhileAppended(FolderSealKeys):
        def kept(self) -> str:
            home.append("d2", e.Paused(by="ann", reason="meanwhile"))
            return super().kept()

    keys = WhileAppended(home.place, FakeClock().now)
    with home.journal() as journal:
        seals = SqlSeals(journal.database, keys, FakeClock())
        assert [look.findings for look in seals.looks(["d1", "d2"])] == [(), ()]
        assert seals.look_alone("d1", 1).intact
