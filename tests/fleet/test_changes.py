"""What the tasks of a run changed, as a run on real hosts says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.evidence.task_changes import of_host
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import ACCELERATED, CASES, Runs, reasons

ROWS = {
    "files_and_links.yml": {
        "file /srv/changes/one (Make the folders)",
        "file /srv/changes/two (Make the folders)",
        "file /srv/changes/one/quiet (Copy without a word)",
        "tree /srv/changes/two/pieces (Copy a folder)",
        "unnamed copy (Keep a secret)",
        "file /srv/changes/one/quiet.BACKUP (Change a line)",
        "link /srv/changes/current (Link)",
    },
    "accounts.yml": {
        "user changesuser (Make the account)",
        "password changesuser (Make the account)",
        "tree /home/changesuser (Make the account)",
        "group changesgroup (Make the group)",
    },
    "programs.yml": {
        "unnamed command (Migrate)",
        "file /tmp/changes-background (Go on in the background)",
    },
}
OF_WEB2 = {"unnamed shell (Fail half-way failed)"}
OF_WEB1 = {"file /tmp/changes-told (Tell the first host)"}


@pytest.fixture
def runs(tmp_path: Path, light_lab: Lab) -> Runs:
    return Runs(tmp_path, light_lab, project=CASES / "changes")


def said_of(outcome: AttemptOutcome, host: str) -> set[str]:
    changes, more = of_host(outcome.changes or (), host)
    assert more == 0
    return {
        re.sub(
            r"\.\d+\.[0-9-]+@[0-9:]+~",
            ".BACKUP",
            f"{change.kind} {change.name} ({change.task}{' failed' * change.failed})",
        )
        for change in changes
    }


@pytest.mark.parametrize(
    "playbook",
    [
        "files_and_links.yml",
        pytest.param("accounts.yml", marks=pytest.mark.slow),
        pytest.param("programs.yml", marks=pytest.mark.slow),
    ],
)
def test_a_run_names_what_its_tasks_changed(runs: Runs, playbook: str) -> None:
    outcome = runs.run(playbook)
    print(reasons(outcome))
    of_its_own = {"web1": OF_WEB1, "web2": OF_WEB2} if playbook == "programs.yml" else {}
    for host in ("web1", "web2"):
        assert said_of(outcome, host) == ROWS[playbook] | of_its_own.get(host, set())


@pytest.mark.parametrize("accelerate", ACCELERATED)
def test_an_accelerated_run_says_the_same(tmp_path: Path, light_lab: Lab, accelerate: str) -> None:
    runs = Runs(tmp_path, light_lab, project=CASES / "changes", accelerate=accelerate)
    light_lab.ssh("web1", "sudo rm -rf /srv/changes")
    assert said_of(runs.run("files_and_links.yml", ("web1",)), "web1") == ROWS["files_and_links.yml"]
