"""A run that attacks orch's home does not reach it, and one that nothing shuts off does: so the attack is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.isolation.namespace import isolation_here, lacking
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.adapters.process import shut_off
from orchestrator.domain.evidence.attempt import Isolation, RunIsolation
from orchestrator.domain.evidence.outcome import AttemptOutcome
from tests.adapters.ansible.local_runs import WARM, request, until
from tests.worlds.ansibles import CHOICE

SECRET = "what only orch knows"
PROJECT = Path(__file__).parents[2] / "cases/isolation"
PROGRAM = """\
import os, sys
sys.path.insert(0, "{folder}")
from shut_off import shut_off
from pathlib import Path
shut_off(["{folder}/home"], [("{folder}/home/attempts", False)])
powers = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
others = [Path(f"/proc/{{pid}}/root{folder}/home/journal.sqlite") for pid in (1, os.getppid())]
print(os.geteuid(), powers, os.listdir("{folder}/home"), any(os.access(path, os.R_OK) for path in others))
"""
OPEN_TO_IT = {
    "read",
    "list",
    "write",
    "climb",
    "roots of others",
    "another attempt",
    "the end",
    "the request",
}
SHUT = pytest.mark.skipif(bool(lacking(Path("/tmp"))), reason="this machine gives no mount namespace")


def home_in(folder: Path) -> Path:
    """A home of orch with a secret, and another attempt."""
    home = folder / "home"
    (home / "attempts/other").mkdir(parents=True)
    (home / "journal.sqlite").write_text(SECRET)
    (home / "attempts/other/secret").write_text(SECRET)
    shutil.copytree(PROJECT, home / "frozen/d1")
    return home


def attacked(
    home: Path, isolation: Isolation, warm: WarmStart | None = None
) -> tuple[AttemptOutcome, set[str]]:
    """The outcome of a run that attacks this home, and the ways in that it had."""
    playbooks = AnsiblePlaybooks(home / "attempts", warm=warm or WARM, choice=CHOICE, home=home)
    variables = {"home": str(home), "attempt": str(home / "attempts/a1")}
    playbooks.start(request("a1", "attack.yml", home / "frozen/d1", variables=variables, isolation=isolation))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    words = re.search(r"GOT\[(.*?)\]", (home / "attempts/a1/output.txt").read_text())
    assert words is not None, (home / "attempts/a1/output.txt").read_text()
    return outcome, set(filter(None, words[1].split(";")))


@SHUT
@pytest.mark.parametrize(
    "warm",
    [None, pytest.param(WarmStart(extent="cold"), marks=pytest.mark.slow)],
    ids=["imported ahead", "in the cold"],
)
def test_a_run_that_is_shut_off_finds_no_way_into_the_home(tmp_path: Path, warm: WarmStart | None) -> None:
    home = home_in(tmp_path)
    outcome, ways_in = attacked(home, "mount_namespace", warm)
    assert ways_in == set()
    assert (outcome.faults, [host.result for host in outcome.hosts]) == ((), ["done"])
    assert sorted(path.name for path in home.iterdir()) == ["attempts", "frozen", "journal.sqlite"]


def test_the_same_run_has_ways_into_the_home_where_nothing_shuts_it_off(tmp_path: Path) -> None:
    _, ways_in = attacked(home_in(tmp_path), "none")
    assert ways_in >= OPEN_TO_IT


def test_a_run_that_was_to_be_shut_off_and_cannot_be_does_not_begin(tmp_path: Path) -> None:
    """The home is gone, so there is nothing that could be hidden."""
    home = home_in(tmp_path)
    playbooks = AnsiblePlaybooks(home / "attempts", warm=WARM, choice=CHOICE, home=tmp_path / "elsewhere")
    playbooks.start(request("a1", "attack.yml", home / "frozen/d1", isolation="mount_namespace"))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert [host.result for host in outcome.hosts] == ["untouched"]


@pytest.mark.parametrize(
    ("home", "acts_here", "environ", "expected"),
    [
        ("home", False, {}, RunIsolation(isolation="mount_namespace")),
        ("home", False, {"ORCH_OPEN_RUNS": ""}, RunIsolation(isolation="mount_namespace")),
        ("home", False, {"ORCH_OPEN_RUNS": "1"}, RunIsolation(unisolated="asked")),
        ("home", True, {}, RunIsolation(unisolated="acts_on_controller")),
        (str(Path.home()), False, {}, RunIsolation(unisolated="home_in_use")),
        (str(Path.home().parent), False, {}, RunIsolation(unisolated="home_in_use")),
        ("/", False, {}, RunIsolation(unisolated="home_in_use")),
    ],
)
@SHUT
def test_what_shuts_a_run_off_and_why_nothing_does(
    tmp_path: Path,
    home: str,
    acts_here: bool,  # noqa: FBT001
    environ: dict[str, str],
    expected: RunIsolation,
) -> None:
    assert isolation_here(tmp_path / home, acts_here=acts_here, environ=environ) == expected


@SHUT
def test_a_user_who_is_not_root_can_be_shut_off_and_keeps_no_powers(tmp_path: Path) -> None:
    if subprocess.run(["setpriv", "--reuid=65534", "true"], check=False, capture_output=True).returncode:
        pytest.skip("only root can become another user")
    # Where that user can read it.
    with tempfile.TemporaryDirectory(prefix="orch-test-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(shut_off.__file__, folder / "shut_off.py")
        (folder / "home/attempts").mkdir(parents=True)
        (folder / "home/journal.sqlite").write_text(SECRET)
        program = PROGRAM.format(folder=folder)
        words = [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "/usr/bin/python3",
            "-I",
            "-c",
            program,
        ]
        ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ended.stdout.split() == ["65534", "0000000000000000", "['attempts']", "False"], ended.stderr
