"""Accelerated runs: some of the lies that test_lying_playbooks.py tries, and what only an accelerator could break."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, Runs, reasons, results

DONE, NOT, UNKNOWN = "done", "not_done", "unknown"


@pytest.fixture(params=["orch", pytest.param("mitogen", marks=pytest.mark.slow)])
def runs(request: pytest.FixtureRequest, tmp_path: Path, light_lab: Lab) -> Runs:
    return Runs(tmp_path, light_lab, accelerate=request.param)


# playbook, what becomes of web1 and web2, and words of the reasons
ROWS = [
    ("honest.yml", DONE, DONE, ""),
    ("rescue.yml", UNKNOWN, UNKNOWN, "task 'Start the service' failed and was rescued"),
    ("clear_host_errors.yml", NOT, NOT, "web1: task 'Deploy' failed: "),
    ("delegate_outside.yml", UNKNOWN, UNKNOWN, "touched outside the wave and its declared delegates: web3"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("playbook", "first", "second", "words"), ROWS, ids=[row[0] for row in ROWS])
def test_a_lying_playbook(runs: Runs, playbook: str, first: str, second: str, words: str) -> None:
    outcome = runs.run(playbook)
    assert results(outcome) == {"web1": first, "web2": second}, reasons(outcome)
    assert words in reasons(outcome)


def test_a_host_with_another_key_is_not_logged_in_to(runs: Runs, tmp_path: Path) -> None:
    pinned = tmp_path / "known_hosts"
    pinned.write_text("\n".join(f"{host.address} {OTHER_KEY}" for host in runs.lab.hosts) + "\n")
    outcome = runs.run("honest.yml", ("web1",), known_hosts=str(pinned))
    assert results(outcome) == {"web1": UNKNOWN}
    assert "host key" in reasons(outcome).lower()


OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCBub3QgdGhlIGtleSBvZiB0aGlzIGhvc3QhISEh"


@pytest.mark.slow
def test_ssh_compresses_only_what_the_project_asks_for(runs: Runs, tmp_path: Path) -> None:
    """mitogen would have it compress artefacts too."""
    project = tmp_path / "project"
    shutil.copytree(CASES / "lying", project)
    (project / "ansible.cfg").write_text("[ssh_connection]\nssh_args = -C\n")
    seen = []
    for folder in (CASES / "lying", project):
        asked = runs.request(str(folder / "honest.yml"), ("web1",), project=str(folder))
        runs.playbooks.start(asked)
        mark = AttemptFolder(runs.root / "attempts", asked.attempt).mark()
        called = until_called(mark, "ssh")
        seen.append(["-C" in called, any("Compression" in word for word in called)])
        assert runs.until(asked.attempt, "finished").outcome is not None
    assert seen == [[False, False], [True, False]]


def until_called(mark: str, program: str, seconds: float = 60.0) -> list[str]:
    """The words of the command that a run starts this program with."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid in process.tree(marker=mark, group=None):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                if Path(words[0]).name == program:
                    return words
        time.sleep(0.005)
    raise AssertionError(f"no {program} was started")


def test_one_run_is_accelerated_and_the_next_is_not(runs: Runs) -> None:
    """A backout is never accelerated, also not where it is forked from the same zygote as the deploy before it."""
    seen = []
    for accelerate in (runs.accelerate, None, runs.accelerate):
        asked = runs.request("honest.yml", ("web1",), accelerate=accelerate)
        runs.playbooks.start(asked)
        outcome = runs.until(asked.attempt, "finished").outcome
        assert outcome is not None
        assert results(outcome) == {"web1": DONE}
        # What Ansible says of a strategy that is not its own; who answered is known of orch's own accelerator alone.
        warned = "strategy plugins not included" in runs.read(asked.attempt, "output.txt")
        seen.append((warned, bool(outcome.hosts[0].sessions), outcome.stock))
    accelerated = (runs.accelerate == "mitogen", runs.accelerate == "orch", "")
    assert seen == [accelerated, (False, False, ""), accelerated]
