"""A journal that is an older copy starts nothing beside what later deployments left, and takes no run of theirs for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import StoreFault
from tests.adapters.ansible.local_runs import request
from tests.worlds.fleet import Fleet


def test_attempts_that_the_journal_does_not_know_are_named() -> None:
    fleet = Fleet()
    fleet.playbooks.strangers = ["app-2.0-20260301-120000.1-deploy"]
    with pytest.raises(
        StoreFault, match=r"does not know.*app-2.0-20260301-120000.1-deploy.*Restore the newest copy"
    ):
        fleet.deploy()
    assert not fleet.ports.journal.deployments()
    fleet.playbooks.strangers = []
    assert fleet.deploy().state is State.COMPLETED


def test_its_own_attempts_and_other_folders_are_no_strangers() -> None:
    fleet = Fleet()
    assert fleet.deploy().state is State.COMPLETED
    fleet.playbooks.strangers = ["notes"]
    fleet.clock.sleep(5)
    assert fleet.deploy().state is State.COMPLETED


def test_a_run_of_another_epoch_is_not_taken_for_the_one_that_begins(tmp_path: Path) -> None:
    AttemptFolder(tmp_path, "d1.1-deploy").create(request("d1.1-deploy", "deploy.yml", epoch=7))
    playbooks = AnsiblePlaybooks(tmp_path)
    assert playbooks.attempts() == ["d1.1-deploy"]
    with pytest.raises(StoreFault, match=r"of another run of that name.*older copy"):
        playbooks.start(request("d1.1-deploy", "deploy.yml", epoch=8))
