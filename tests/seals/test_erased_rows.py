"""Rows of one deployment are erased as a whole or not at all, in a file and on a PostgreSQL server alike."""

from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.disposal.home_disposals import HomeDisposals
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.findings import SealLook
from orchestrator.errors import Conflict
from tests.fakes.clock import START
from tests.store.writers import word


class Home:
    """A home with two deployments, on a server where a URL is given."""

    def __init__(self, place: Path, url: str | None) -> None:
        self.keys = FolderSealKeys(place, SystemClock().now)
        self.journal = SqlJournal(place, SystemClock(), url=url, seal_keys=self.keys)
        self.disposals = HomeDisposals(self.journal.database, place)
        for name in ("d1", "d2"):
            for seq in range(3):
                self.journal.append(name, seq, [word(1, 1)])

    def look(self, deployment: str) -> SealLook:
        return SqlSeals(self.journal.database, self.keys, SystemClock()).look(deployment)

    def begin(self, deployment: str) -> None:
        look = self.look(deployment)
        moments = dict.fromkeys(("began", "ended", "archived", "until"), START)
        fields = {"release": "app", "version": "2", "environment": "test", "by": "ann", "reason": "over"}
        begun = {"deployment": deployment, "size": look.size, "root": look.root.hex(), "retention": 1.0}
        event = e.DisposalBegun.model_validate({**moments, **fields, **begun})
        self.journal.append(e.HOUSE, len(self.journal.read(e.HOUSE)), [event])


@pytest.fixture(params=["file", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    url = request.getfixturevalue("database_url") if request.param == "server" else None
    return Home(tmp_path / "home", url)


def test_leaves_stay_and_other_deployments_are_as_before(home: Home) -> None:
    head, other = home.look("d1"), home.journal.read_raw("d2")
    home.begin("d1")
    for _ in range(2):
        home.disposals.erase("d1", head.size, head.root.hex())
        home.disposals.compact()
    assert home.journal.read_raw("d1") == []
    assert home.journal.deployments() == ["d2"]
    assert home.journal.read_raw("d2") == other
    look = home.look("d1")
    assert (look.intact, look.root, look.size) == (True, head.root, 3)
    assert look.disposal is not None
    assert home.look("d2").intact
    assert home.look("d2").disposal is None


@pytest.mark.parametrize("change", ["grew", "another root"])
def test_a_record_that_is_another_one_is_left_whole(change: str, home: Home) -> None:
    head = home.look("d1")
    root = head.root.hex() if change == "grew" else "0" * 64
    if change == "grew":
        home.journal.append("d1", 3, [word(1, 1)])
    with pytest.raises(Conflict):
        home.disposals.erase("d1", head.size, root)
    assert len(home.journal.read_raw("d1")) == (4 if change == "grew" else 3)
    assert home.look("d1").intact


def test_erased_rows_without_the_word_of_the_house_are_damage(home: Home) -> None:
    head = home.look("d1")
    home.disposals.erase("d1", head.size, head.root.hex())
    assert [each.code for each in home.look("d1").findings] == ["seal.event_missing"] * 3
