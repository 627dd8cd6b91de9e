"""Whatever lies in plugin folders: the evidence of a run is written by orch's own file, in the cold and warm."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.outcome import AttemptOutcome
from tests.adapters.ansible.local_runs import RUNS, request, until
from tests.worlds.ansibles import CHOICE

SHADOW = """
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "orch_evidence"
    CALLBACK_NEEDS_ENABLED = True
"""
SNOOP = """
import os
from pathlib import Path
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "snoop"

    def __init__(self):
        super().__init__()
        names = sorted(name for name in os.environ if name.startswith("ORCH_") and name != "ORCH_ATTEMPT")
        Path(@LOG@).write_text(" ".join(names))
"""
REPLACED_COMMAND = """
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        return {"changed": True, "rc": 0, "stdout": "replaced"}
"""
FALSE = "- hosts: all\n  gather_facts: false\n  tasks:\n    - {name: Deploy, ansible.builtin.command: /bin/false}\n"
SHORT_FALSE = FALSE.replace("ansible.builtin.command", "command")


@pytest.fixture(params=["cold", "zygote"])
def playbooks(request: pytest.FixtureRequest, tmp_path: Path) -> AnsiblePlaybooks:
    return AnsiblePlaybooks(
        tmp_path / "attempts",
        warm=WarmStart(30.0, 60.0, extent=request.param, choice=CHOICE),
        choice=CHOICE,
    )


def project(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root / "project"


def outcome_of(playbooks: AnsiblePlaybooks, folder: Path) -> AttemptOutcome:
    playbooks.start(request("a1", "deploy.yml", project=folder))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    return outcome


SHADOWED = [
    {"ansible.cfg": "[defaults]\ncallback_plugins = cb\n", "cb/orch_evidence.py": SHADOW},
    {
        "ansible.cfg": "[defaults]\ncallback_plugins = cb\ncallbacks_enabled = orch_evidence\n",
        "cb/orch_evidence.py": SHADOW,
    },
    {"callback_plugins/orch_evidence.py": SHADOW},
]


@pytest.mark.parametrize("files", SHADOWED, ids=["named", "enabled", "beside the playbook"])
def test_a_plugin_of_the_same_name_takes_no_evidence_away(
    playbooks: AnsiblePlaybooks, tmp_path: Path, files: dict[str, str]
) -> None:
    outcome = outcome_of(playbooks, project(tmp_path, {"deploy.yml": FALSE, **files}))
    assert [(host.result, host.task) for host in outcome.hosts] == [("not_done", "Deploy")]
    assert outcome.faults == ()


def test_plugins_of_a_project_cannot_find_where_evidence_goes(
    playbooks: AnsiblePlaybooks, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    files = {
        "ansible.cfg": "[defaults]\ncallback_plugins = cb\n",
        "cb/a_snoop.py": SNOOP.replace("@LOG@", repr(str(log))),
        "deploy.yml": FALSE,
    }
    outcome_of(playbooks, project(tmp_path, files))
    assert log.read_text() == ""


def test_a_log_of_the_projects_settings_is_not_written_into_the_project(
    playbooks: AnsiblePlaybooks, tmp_path: Path
) -> None:
    files = {"ansible.cfg": "[defaults]\nlog_path = ansible.log\n", "deploy.yml": FALSE}
    folder = project(tmp_path, files)
    outcome_of(playbooks, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    assert "Deploy" in (tmp_path / "attempts/a1/output.txt").read_text()


@pytest.fixture
def users_home(tmp_path: Path) -> Path:
    home = Path(tempfile.mkdtemp(dir=tmp_path, prefix="home-"))
    plugins = home / ".ansible/plugins"
    for kind, name, content in (
        ("callback", "orch_evidence", SHADOW),
        ("action", "command", REPLACED_COMMAND),
        ("strategy", "linear", "raise SystemExit(0)"),
    ):
        (plugins / kind).mkdir(parents=True)
        (plugins / kind / f"{name}.py").write_text(content)
    shutil.copytree(
        RUNS / "library", home / ".ansible/collections/ansible_collections/me/own/plugins/modules"
    )
    return home


def test_plugins_in_a_home_are_no_part_of_a_run(
    playbooks: AnsiblePlaybooks, tmp_path: Path, users_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(users_home))
    outcome = outcome_of(playbooks, project(tmp_path, {"deploy.yml": SHORT_FALSE}))
    assert [(host.result, host.task) for host in outcome.hosts] == [("not_done", "Deploy")]
    assert outcome.faults == ()


def test_collections_in_a_home_are_found(
    playbooks: AnsiblePlaybooks, tmp_path: Path, users_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(users_home))
    task = f"me.own.payload: {{log: {tmp_path}/log}}"
    book = f"- hosts: all\n  gather_facts: false\n  tasks:\n    - {task}\n"
    outcome = outcome_of(playbooks, project(tmp_path, {"deploy.yml": book}))
    assert [host.result for host in outcome.hosts] == ["done"], outcome
