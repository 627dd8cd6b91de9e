"""The units of docs/systemd on a host with a real systemd: installed as docs/schedule.md says, they start what is due."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.conftest import NewLab
from tests.fleet.notes_site import BACKOUT, NOTE, PLAYBOOK, yaml_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("mypy", "mypyc", "pip", "hypothesis", "grimp", "setuptools", "*.pth", "__pycache__", "*mypyc*.so")
"""Packages of the tests that are large, and what names the folder of this checkout."""
AS_ORCH = "sudo -u orch env -C /srv/orch/project ORCH_HOME=/srv/orch/project/.orch /opt/orch/.venv/bin/orch"


def installed(lab: Lab, stage: Path) -> None:
    """orch in /opt/orch of web1, a project that reaches web2 in /srv/orch, and the account `orch`."""
    site_packages = stage / "opt/orch/.venv/lib/python3.11/site-packages"
    shutil.copytree(sysconfig.get_path("purelib"), site_packages, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (site_packages / "orch.pth").write_text("/opt/orch\n")
    for part in ("orchestrator", "docs"):
        shutil.copytree(ROOT / part, stage / "opt/orch" / part, ignore=shutil.ignore_patterns("__pycache__"))
    for program in (
        "orch",
        "ansible-playbook",
        "ansible-inventory",
        "ansible-config",
        "ansible-vault",
        "ansible",
    ):
        text = (Path(sys.prefix) / "bin" / program).read_text().partition("\n")[2]
        file = stage / "opt/orch/.venv/bin" / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/opt/orch/.venv/bin/python\n{text}")
        file.chmod(0o755)
    project(lab, stage / "srv/orch")
    host = "sudo mkdir -p /opt/orch && sudo python3 -m venv --without-pip /opt/orch/.venv && sudo tar -C / -x --no-same-owner"
    packed = subprocess.run(["tar", "-C", stage, "-c", "opt", "srv"], stdout=subprocess.PIPE, check=True)
    into = ["ssh", "-F", str(lab.ssh_config), "web1", host]
    subprocess.run(into, input=packed.stdout, check=True, timeout=200)
    ended = lab.ssh(
        "web1", "sudo useradd --system --home-dir /srv/orch orch && sudo chown -R orch: /srv/orch"
    )
    assert ended.code == 0, ended.err


def project(lab: Lab, folder: Path) -> None:
    inventory = lab.inventory.read_text().replace(str(lab.key.parent), "/srv/orch")
    for name, text in {
        "project/playbooks/note.yml": PLAYBOOK,
        "project/rollback/note.yml": BACKOUT,
        "project/dml/note.txt": NOTE,
        "project/inventories/pair/hosts.yml": inventory,
        "project/plan.yml": yaml_of(PLAN),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for file in (lab.key, lab.known_hosts):
        shutil.copy(file, folder)


PLAN = {
    "orch": 1,
    "purpose": "Leave a note by the timer.",
    "release": {"name": "tick", "version": "1.0",
                "units": [{"name": "note", "version": "1.0", "artefact": "dml/note.txt",
                           "sha256": hashlib.sha256(NOTE.encode()).hexdigest()}]},
    "objectives": "The note is there.",
    "strategy": {"kind": "big-bang", "hosts": "web2", "playbook": "playbooks/note.yml",
                 "variables": {"note": "tick"}, "gate": {"soak": "70s", "every": "10s"}},
    "roles": {"deployment manager": "Ada Berg"},
    "resources": {"environment": "pair", "inventory": "inventories/pair"},
    "schedule": {"missed": "start while open"},
    "risks": [{"risk": "none", "mitigation": "none"}],
    "communication": [{"audience": "all", "channel": "mail"}],
    "validation": {"environment": [{"become": "root"}], "acceptance": [{"file": {"path": "/opt/notes/tick"}}]},
    "backout": {"playbook": "rollback/note.yml", "variables": {"note": "tick"}, "baseline": {"files": ["/opt/notes"]}},
    "approval": {"required": []},
}  # fmt: skip


def test_the_timer_starts_what_is_due_and_it_outlives_the_looks(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2)
    installed(lab, tmp_path)

    def on_host(command: str, code: int = 0) -> str:
        ended = lab.ssh("web1", command)
        assert ended.code == code, (command, ended.out, ended.err)
        return ended.out

    on_host("sudo systemd-analyze verify /opt/orch/docs/systemd/orch-run-due.*")
    on_host(
        "sudo cp /opt/orch/docs/systemd/orch-run-due.* /etc/systemd/system && sudo systemctl daemon-reload"
    )
    on_host("sudo systemctl start orch-run-due.service")
    shown = on_host("systemctl show orch-run-due.service -p Result -p ExecMainStatus")
    assert set(shown.split()) == {"Result=success", "ExecMainStatus=0"}
    on_host(f"{AS_ORCH} schedule add plan.yml --at 'in 20s'")
    on_host("sudo systemctl enable --now orch-run-due.timer")
    # It soaks longer than a minute: at least one more look comes and goes beside it.
    for _ in range(240):
        listed = json.loads(on_host(f"{AS_ORCH} list --json"))
        if listed["over"]:
            break
        time.sleep(1)
    lines = on_host("sudo journalctl -u orch-run-due --no-pager -o cat")
    assert listed["state"] == "completed", lines
    assert lab.ssh("web2", "ls /opt/notes").out.split() == ["tick"]
    begun = lines.index("started: Leave a note by the timer.")
    assert lines.count("Finished orch-run-due.service", begun) >= 2, lines
