"""A journal that is an older copy starts nothing beside what later deployments left, and takes no run of theirs for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.journal.events import AttemptLost
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.lost_history import lost_history_words
from orchestrator.errors import ExitCode, NotFound, StoreFault
from tests.adapters.ansible.local_runs import request
from tests.fakes.journal import FakeJournal
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def journal_of(fleet: Fleet) -> FakeJournal:
    assert isinstance(fleet.ports.journal, FakeJournal)
    return fleet.ports.journal


def test_attempts_that_the_journal_does_not_know_are_named() -> None:
    fleet = Fleet()
    journal_of(fleet).strangers = {"app-2.0-20260301-120000.1-deploy"}
    with pytest.raises(
        StoreFault, match=r"does not know.*app-2.0-20260301-120000.1-deploy.*Restore the newest copy"
    ):
        fleet.deploy()
    assert not fleet.ports.journal.deployments()
    journal_of(fleet).strangers = set()
    assert fleet.deploy().state is State.COMPLETED


def test_its_own_attempts_are_no_strangers() -> None:
    fleet = Fleet()
    assert fleet.deploy().state is State.COMPLETED
    fleet.clock.sleep(5)
    assert fleet.deploy().state is State.COMPLETED


def test_a_run_of_another_epoch_is_not_taken_for_the_one_that_begins(tmp_path: Path) -> None:
    AttemptFolder(tmp_path, "d1.1-deploy").create(request("d1.1-deploy", "deploy.yml", epoch=7))
    playbooks = AnsiblePlaybooks(tmp_path)
    with pytest.raises(StoreFault, match=r"of another run of that name.*older copy"):
        playbooks.start(request("d1.1-deploy", "deploy.yml", epoch=8))


@pytest.mark.parametrize("unmarked", [False, True])
def test_a_run_whose_folder_is_removed_is_lost_and_never_called_unstarted(*, unmarked: bool) -> None:
    fleet = Fleet()
    fleet.playbooks.script("deploy", None, Script(removed=True, unmarked=unmarked))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    lost = {(event.started, event.reason) for event in fleet.events(d, AttemptLost)}
    assert lost == {(True, "its folder was removed, and with it how it ended")}


def test_a_deployment_with_runs_that_its_journal_does_not_know_goes_no_further(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fleet = Fleet(
        plan_tree(kind="phased", waves=[{"count": 1, "gate": {"confirm": "service owner"}}, "rest"])
    )
    d = fleet.deploy()
    journal_of(fleet).strangers = {f"{d.id}.2-deploy"}
    assert orch(fleet, ["status", d.id]) == ExitCode.COMPLETED
    assert f"does not know {d.id}.2-deploy, so it is an older copy" in capsys.readouterr().err
    with pytest.raises(StoreFault, match=rf"{d.id} does not go on.*set aside.*find .* -name {d.id}.2-deploy"):
        fleet.resume()
    journal_of(fleet).strangers = set()
    assert not lost_history_words(fleet.ports, d)
    assert fleet.resume().id == d.id


def test_whoever_asks_for_a_lost_deployment_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet()
    d = fleet.deploy()
    journal_of(fleet).strangers = {"shop-2.0-20260301-120000.1-deploy"}
    with pytest.raises(StoreFault, match=r"does not know the deployments of shop-2\.0"):
        find(fleet.ports, "shop-2")
    with pytest.raises(NotFound):
        find(fleet.ports, "other")
    for verb in ("list", "locks", "status"):
        assert orch(fleet, [verb]) == ExitCode.COMPLETED
        shown = capsys.readouterr()
        assert "does not know the deployments of shop-2.0-20260301-120000.1-deploy" in shown.err
        assert verb == "locks" or d.id in shown.out
