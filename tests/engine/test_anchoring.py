"""A driver shows the log to its anchors when everything is done; one that is down or hangs changes nothing before that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.seals.anchor_book import SqlAnchorBook
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.seal.anchors import AnchorPlace, AnchorState, Silent
from orchestrator.engine.anchoring import PATIENCE, REST
from orchestrator.engine.use_cases.deployment_commands import deploy
from tests.fakes.anchors import FakeAnchors
from tests.worlds.fleet import Fleet, quiet

FILE, GIT = AnchorPlace("second", "file", "/mnt/second"), AnchorPlace("ledger", "git", "/srv/a.git main")


class Anchored(NamedTuple):
    """A fleet over a sealed store, and its anchors."""

    fleet: Fleet
    anchors: FakeAnchors

    def state(self) -> AnchorState:
        return self.fleet.ports.anchor_book.state()


@pytest.fixture
def anchored(tmp_path: Path) -> Anchored:
    return anchored_fleet(tmp_path)


def anchored_fleet(home: Path) -> Anchored:
    fleet, anchors = Fleet(home=home), FakeAnchors(FILE, GIT)
    keys = FolderSealKeys(home, fleet.clock.now)
    journal = SqlJournal(home, fleet.clock, seal_keys=keys)
    book = SqlAnchorBook(journal.database)
    fleet.ports = replace(fleet.ports, journal=journal, seal_keys=keys, anchors=anchors, anchor_book=book)
    return Anchored(fleet, anchors)


def test_at_its_end_a_driver_has_anchored_all(anchored: Anchored) -> None:
    d = anchored.fleet.deploy()
    state = anchored.fleet.ports.anchor_book.state(d.id)
    assert [state.owed(anchor.name) for anchor in (FILE, GIT)] == [0, 0]
    assert state.number is not None
    assert state.newest["second"].size > state.number
    assert {name: len(notes) for name, notes in anchored.anchors.notes.items()} == {FILE: 1, GIT: 1}


def test_an_anchor_that_is_down_is_owed_and_run_due_does_it_later(anchored: Anchored) -> None:
    anchored.anchors.silences["ledger"] = Silent("down", "no route")
    assert anchored.fleet.deploy().over
    assert (anchored.state().owed("second"), anchored.state().owed("ledger") > 0) == (0, True)
    anchored.anchors.silences.clear()
    anchored.fleet.run_due()
    assert anchored.state().owed("ledger") > 0, "it was tried a moment ago"
    anchored.fleet.clock.sleep(REST)
    anchored.fleet.run_due()
    assert anchored.state().owed("ledger") == 0


def seconds_to_the_end(fleet: Fleet) -> tuple[float, float]:
    """Real seconds until the last event was on the journal, and until the driver ended."""
    began, last = monotonic(), 0.0

    def watch(record: Recorded) -> None:
        nonlocal last
        last = monotonic() - began

    assert deploy(fleet.ports, Path("plan.yml"), by="ann", approvals={}, watch=watch).over
    return last, monotonic() - began


def test_an_anchor_that_hangs_delays_no_event_and_the_driver_a_few_seconds(tmp_path: Path) -> None:
    usual, _ = seconds_to_the_end(anchored_fleet(tmp_path / "usual").fleet)
    slow = anchored_fleet(tmp_path / "slow")
    slow.anchors.hanging.add("ledger")
    try:
        events, driver = seconds_to_the_end(slow.fleet)
    finally:
        slow.anchors.over.set()
    assert events < usual + 2.0
    assert driver - events < PATIENCE + 2.0
    assert (slow.state().owed("second"), slow.state().owed("ledger") > 0) == (0, True)


def test_while_a_deployment_runs_no_anchor_is_asked(anchored: Anchored) -> None:
    """Host locks and the right to drive are given back before."""
    asked: list[int] = []
    anchored.fleet.playbooks.on_start = lambda *_: asked.append(len(anchored.anchors.notes[FILE]))
    d = deploy(anchored.fleet.ports, Path("plan.yml"), by="ann", approvals={}, watch=quiet)
    assert d.over
    assert asked
    assert set(asked) == {0}
