"""`orch plan check --static` on a project whose every file that could run leaves a trace: it runs none, and says so."""

import json
import os
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.worlds.project import change, make, write

TRACE = "import os\nopen(os.path.join({folder!r}, {name!r}), 'w').close()\n"
VARS_PLUGIN = (
    "from ansible.plugins.vars import BaseVarsPlugin\n\n\nclass VarsModule(BaseVarsPlugin):\n"
    "    REQUIRES_ENABLED = False\n\n    def get_vars(self, loader, path, entities, cache=True):\n        return {}\n"
)
TRAPS = ("filter_plugins/trap.py", "playbooks/vars_plugins/trap.py", "inventories/staging", "vault.sh")


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    plan = make(tmp_path).relative_to(tmp_path)
    traces = str(tmp_path / "traces")
    (tmp_path / "traces").mkdir()
    for name in TRAPS[:2]:
        write(tmp_path, name, TRACE.format(folder=traces, name=Path(name).parts[0]) + VARS_PLUGIN)
    for name, answer in (
        ("inventories/staging", '{"web": {"hosts": ["web1", "web2", "web3", "web4"]}}'),
        ("vault.sh", "x"),
    ):
        (tmp_path / name).unlink(missing_ok=True)
        program = write(tmp_path, name, f"#!/bin/sh\ntouch '{traces}/{Path(name).name}'\necho '{answer}'\n")
        program.chmod(0o755)
    settings = "[defaults]\nfilter_plugins = filter_plugins\nvars_plugins = playbooks/vars_plugins\n"
    write(tmp_path, "ansible.cfg", settings)
    change(
        plan,
        "inventory: inventories/staging",
        "inventory: inventories/staging, dynamic_inventory: true, vault_password_file: vault.sh",
    )
    write(tmp_path, "playbooks/group_vars/all.yml", "x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n")
    return plan


def test_nothing_of_the_tree_is_run(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "check", str(plan), "--static"]) == ExitCode.COMPLETED
    lines = capsys.readouterr().out.splitlines()
    assert os.listdir("traces") == []  # noqa: PTH208 - the present folder is the project
    assert [line for line in lines if line.startswith("not run: ")] == [
        f"not run: {name}" for name in sorted(TRAPS)
    ]
    assert len([line for line in lines if line.startswith("not seen: ")]) == 5
    assert lines[-1] == f"{plan}: no fault in what can be read without running code"


def test_the_whole_check_runs_them(plan: Path) -> None:
    run(["plan", "check", str(plan)])
    assert {"staging", "vault.sh"} <= set(os.listdir("traces"))  # noqa: PTH208


def test_faults_are_found_all_the_same(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(plan, "playbook: rollback/shop.yml", "playbook: rollback/other.yml")
    write(Path(), "playbooks/shop.yml", "- hosts: web\n  tasks:\n    - ansible.builtin.pause:\n")
    assert run(["plan", "check", str(plan), "--static", "--json"]) == ExitCode.PLAN_FAULT
    answer = json.loads(capsys.readouterr().out)
    assert [fault["path"] for fault in answer["faults"]] == ["ansible.builtin.pause", "backout.playbook"]
    assert (answer["ok"], answer["static"], sorted(answer["code"])) == (False, True, sorted(TRAPS))


def test_a_pipe_in_the_tree_keeps_nobody_waiting(plan: Path) -> None:
    for name in ("playbooks/more.yml", "models/more.yml", "inventories/group_vars/more.yml"):
        Path(name).parent.mkdir(exist_ok=True)
        os.mkfifo(name)
    write(
        Path(),
        "playbooks/shop.yml",
        "- hosts: web\n  tasks:\n    - ansible.builtin.include_tasks: more.yml\n",
    )
    assert run(["plan", "check", str(plan), "--static"]) == ExitCode.PLAN_FAULT


def test_a_plan_that_cannot_be_read_is_a_fault(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(plan, "soak", "soka")
    assert run(["plan", "check", str(plan), "--static"]) == ExitCode.PLAN_FAULT
    assert "did you mean `soak`" in capsys.readouterr().err
