"""Runs that never begin, on real hosts: nothing of them is there, and the outcome says so; paths may have spaces."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, Runs, reasons, results

UNTOUCHED = {"web1": "untouched", "web2": "untouched"}
HONEST = (CASES / "lying/honest.yml").read_text()

# files beside an honest playbook, and words that are told
BEGINNINGS = [
    (
        {"ansible.cfg": "[defaults]\nstdout_callback = no_such_callback\n"},
        "Could not load 'no_such_callback'",
    ),
    ({"honest.yml": f"{HONEST}\n- hosts: web\n  roles: [hello]\n"}, "the role 'hello' was not found"),
    (
        {"honest.yml": f"{HONEST}\n- hosts: web\n  tasks: [{{no_such_module: }}]\n"},
        "couldn't resolve module/action",
    ),
]
SLOW_BEGINNINGS = {
    "tasks": (
        f"{HONEST}\n- hosts: web\n  tasks: [{{import_tasks: missing.yml}}]\n",
        "Unable to retrieve file",
    ),
    "keyword": (f"{HONEST}\n- hosts: web\n  tasksy: []\n", "tasksy"),
    "playbook": (f"{HONEST}\n- import_playbook: missing.yml\n", "Unable to retrieve file"),
    "yaml": (f"{HONEST}\n- hosts: [web\n", "YAML"),
    "collection": (
        f"{HONEST}\n- hosts: web\n  tasks: [{{no.such.module: }}]\n",
        "couldn't resolve module/action",
    ),
    "static role": (
        f"{HONEST}\n- hosts: web\n  tasks: [{{import_role: {{name: hello}}}}]\n",
        "the role 'hello'",
    ),
}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        *(
            pytest.param(*row, id=name)
            for row, name in zip(BEGINNINGS, ("callback", "role", "module"), strict=True)
        ),
        *(
            pytest.param({"honest.yml": text}, words, id=name, marks=pytest.mark.slow)
            for name, (text, words) in SLOW_BEGINNINGS.items()
        ),
    ],
)
def test_a_run_that_never_begins_leaves_its_hosts_untouched(
    tmp_path: Path, light_lab: Lab, files: dict[str, str], words: str
) -> None:
    runs = Runs(tmp_path, light_lab, project=tmp_path / "project")
    runs.project.mkdir()
    for name, content in {"honest.yml": HONEST, **files}.items():
        (runs.project / name).write_text(content)
    before = runs.lab.ssh("web1", "cat /var/lib/orch/epoch").out
    outcome = runs.run("honest.yml", epoch=10**9)
    assert results(outcome) == UNTOUCHED
    assert words in reasons(outcome)
    assert runs.lab.ssh("web1", "cat /var/lib/orch/epoch").out == before


def test_paths_with_a_space_are_paths(tmp_path: Path, light_lab: Lab) -> None:
    root = tmp_path / "my home, and: yours"
    runs = Runs(root, light_lab, project=root / "my project")
    shutil.copytree(CASES / "lying", runs.project)
    runs.inventory = Path(shutil.copy(light_lab.inventory, runs.project / "my hosts.yml"))
    known_hosts = shutil.copy(light_lab.known_hosts, runs.project / "my known hosts")
    outcome = runs.run("honest.yml", known_hosts=str(known_hosts))
    assert (results(outcome), outcome.faults) == ({"web1": "done", "web2": "done"}, ()), reasons(outcome)
