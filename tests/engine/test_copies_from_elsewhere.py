"""The private copy of a deployment whose driver was on another machine: fetched once, or refused, or told of later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.copy_ports import SharedCopies
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.private_copies import discard_old, have_copy
from orchestrator.errors import MachineLacks, NotFound, Refused
from tests.fakes.authority import FakeAuthority
from tests.fakes.clock import START, FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over

SHA = "ab" * 32
NAME = "app-2.0"


class Copies(SharedCopies):
    def __init__(self, *digests: str) -> None:
        self.digests, self.unpacked = list(digests), 0

    def share(self, deployment: str, copy: Path) -> str:
        self.digests.append(SHA)
        return SHA

    def unpack(self, digest: str, place: Path) -> None:
        if digest not in self.digests:
            raise NotFound("none")
        self.unpacked += 1

    def forget(self, digest: str) -> None:
        self.digests.remove(digest)


def ground(
    copies: Copies, *, folder: str = f"/frozen/{NAME}", archive: str = SHA, more: Sequence[e.Event] = ()
) -> tuple[Ports, Deployment]:
    """A deployment that was started on another machine, in an empty home of this one."""
    clock = FakeClock(START)
    journal = FakeJournal(clock)
    opened = e.WindowOpened(basis="none", frozen=folder, archive=archive)
    events = [opened if isinstance(each, e.WindowOpened) else each for each in ready_to_deploy()]
    journal.append(NAME, 0, [*events, *more])
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    ports = replace(ports, authority=FakeAuthority(), shared_copies=copies)
    return ports, folded(journal, NAME)


def test_it_is_fetched_once(tmp_path: Path) -> None:
    copies = Copies(SHA)
    ports, d = ground(copies)
    have_copy(ports, d)
    have_copy(ports, d)
    assert (copies.unpacked, list(ports.authority.copies())) == (1, [NAME])


def test_one_that_the_store_does_not_have_is_told_of_when_it_is_needed() -> None:
    ports, d = ground(Copies())
    have_copy(ports, d)
    assert list(ports.authority.copies()) == []


def test_one_of_before_there_were_archives_is_left_alone() -> None:
    copies = Copies(SHA)
    ports, d = ground(copies, archive="")
    have_copy(ports, d)
    assert copies.unpacked == 0


def test_a_home_at_another_path_is_told_which_one_would_do() -> None:
    ports, d = ground(Copies(SHA), folder=f"/srv/a home/frozen/{NAME}")
    with pytest.raises(MachineLacks, match='ORCH_HOME="/srv/a home"'):
        have_copy(ports, d)


def test_one_that_is_not_what_is_on_record_stops_the_driver() -> None:
    class Changed(Copies):
        def unpack(self, digest: str, place: Path) -> None:
            raise Refused("another digest")

    ports, d = ground(Changed(SHA))
    with pytest.raises(Refused):
        have_copy(ports, d)
    assert list(ports.authority.copies()) == []


def test_it_goes_from_the_store_with_the_end_of_its_deployment() -> None:
    copies = Copies(SHA)
    ports, d = ground(copies)
    discard_old(ports, d)
    assert copies.digests == [SHA]
    _, over = ground(copies, more=[e.DeploymentCancelled(by="ann", reason="not now")])
    assert over.over
    discard_old(ports, over)
    assert copies.digests == []
