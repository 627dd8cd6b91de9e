"""The oracle of the kills can fail: what is tampered with is found out."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from tests.chaos.disk_fleet import DiskFleet
from tests.chaos.kills import live
from tests.chaos.kills_oracle import broken
from tests.chaos.reaper import Reaper
from tests.chaos.stories import HOSTS, STORIES
from tests.histories import START, ready_to_deploy, recorded
from tests.simulation.oracle import admitted_once
from tests.worlds.people import approval

D = fold(recorded(ready_to_deploy()[:1]))
SIGNED = approval(D, "change manager", START)
NONCE = SIGNED.approval.nonce
GIVEN = e.ApprovalGiven(signed=SIGNED, by="change manager")
STORY = next(story for story in STORIES if story.name == "big-bang, half failed")


@pytest.fixture
def ended(tmp_path: Path) -> Path:
    """The files of a deployment that was backed out."""
    DiskFleet(tmp_path / "fleet").make(HOSTS)
    live(tmp_path, STORY, Reaper())
    return tmp_path


def _acts_again(root: Path) -> None:
    acts = root / "fleet" / "acts.log"
    acts.write_text(acts.read_text() + acts.read_text().splitlines()[0] + "\n")


def _acts_unasked(root: Path) -> None:
    DiskFleet(root / "fleet").act("somebody.1-deploy", "h1", "deploy")


def _changes_a_host(root: Path) -> None:
    fleet = DiskFleet(root / "fleet")
    fleet.write("h2", {**fleet.read("h2"), "version": "2.0"})


def _execute(root: Path, statement: str) -> None:
    with sqlite3.connect(root / "store" / "journal.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def _loses_the_last_event(root: Path) -> None:
    _execute(root, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")


def _keeps_a_lock(root: Path) -> None:
    _execute(
        root,
        'INSERT INTO host_locks (machine, host, deployment, since, "by") '
        "VALUES ('id-h1', 'h1', 'app', '2026-01-01T00:00:00.000000+00:00', 'ann')",
    )


def _leaves_a_copy(root: Path) -> None:
    (root / "store" / "frozen" / "app").mkdir()


TAMPERED: tuple[tuple[Callable[[Path], None], str], ...] = (
    (_acts_again, "acted 2 times"),
    (_acts_unasked, "without an intent"),
    (_changes_a_host, "is called restored and holds"),
    (_loses_the_last_event, "ended as backing out"),
    (_keeps_a_lock, "is still locked"),
    (_leaves_a_copy, "there are private copies"),
)


def test_what_was_left_alone_is_sound(ended: Path) -> None:
    assert broken(ended, STORY) == []
    assert json.loads((ended / "points.json").read_text())


@pytest.mark.parametrize(("tamper", "expected"), TAMPERED, ids=[t[0].__name__ for t in TAMPERED])
def test_what_was_tampered_with_is_found_out(
    ended: Path, tamper: Callable[[Path], None], expected: str
) -> None:
    tamper(ended)
    assert any(expected in word for word in broken(ended, STORY))


BEGUN = e.AttemptIntended(attempt="a1", purpose="deploy", wave=0, hosts=("h1",))


def opened(*consumes: str) -> e.WindowOpened:
    return e.WindowOpened(basis="x", consumes=consumes)


# what is on the journal, how many approvals are asked for, and what is found
ADMISSIONS: tuple[tuple[list[e.Event], int, str], ...] = (
    ([opened(), BEGUN], 0, ""),
    ([], 0, ""),
    ([opened(), opened(), BEGUN], 0, "admitted 2 times"),
    ([BEGUN], 0, "admitted 0 times"),
    ([BEGUN, opened()], 0, "intended before it was admitted"),
    ([opened(NONCE), BEGUN], 1, "1 approvals were used up, and 1 of 0"),
    ([GIVEN, opened(NONCE), BEGUN], 1, ""),
    ([GIVEN, opened(NONCE, NONCE), BEGUN], 1, "2 approvals were used up"),
    ([GIVEN, opened(), BEGUN], 1, "0 approvals were used up"),
)


@pytest.mark.parametrize(("events", "approvals", "expected"), ADMISSIONS)
def test_an_admission_that_is_not_sound_is_found_out(
    events: list[e.Event], approvals: int, expected: str
) -> None:
    breaks = admitted_once(recorded(events), approvals)
    assert any(expected in word for word in breaks) if expected else breaks == []
