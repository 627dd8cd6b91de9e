"""`orch init` on real hosts: a tree that knows nothing of orch is deployed and taken back by what was written for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab

ASKED = (
    "ls -ld /opt/pump /usr/local/bin/pump /etc/default/pump; cat /etc/motd; id pump; systemctl is-active pump"
)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_tree_is_deployed_and_its_backout_is_proved(
    lab: Lab,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(root / "tests/cases/adoption/flat", tmp_path, dirs_exist_ok=True)
    (tmp_path / "hosts").write_text(lab.inventory.read_text())
    (tmp_path / "hosts").rename(tmp_path / "hosts.yml")
    theirs = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / ".orch"))
    before = [lab.ssh(host.name, ASKED).out for host in lab.hosts]

    assert run(["init", "--yes"]) == ExitCode.COMPLETED
    plan = tmp_path / "plans/pump.yml"
    plan.write_text(plan.read_text().replace("soak: 30s, every: 5s", "soak: 1s, every: 1s"))
    assert run(["deploy", "plans/pump.yml"]) == ExitCode.COMPLETED
    assert lab.ssh("web1", "systemctl is-active pump; cat /etc/default/pump").out == "active\nPUMP_LEVEL=3"

    capsys.readouterr()
    run(["list", "--json"])
    deployment = json.loads(capsys.readouterr().out.splitlines()[0])["id"]
    assert run(["rollback", deployment, "--reason", "tried"]) == ExitCode.BACKED_OUT
    assert "0 differences to the baseline" in capsys.readouterr().out
    assert [lab.ssh(host.name, ASKED).out for host in lab.hosts] == before
    assert {path: path.read_bytes() for path in theirs} == theirs


@pytest.mark.slow
def test_a_job_template_of_awx_is_deployed_with_its_tags_and_taken_back(
    lab: Lab, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site.yml").write_text(
        "- name: The shop\n  hosts: web\n  become: true\n  tasks:\n    - name: write its configuration\n"
        "      ansible.builtin.copy: {src: shop.conf, dest: /etc/shop.conf, mode: '0644'}\n      tags: [config]\n"
        "    - name: write what is slow\n"
        "      ansible.builtin.copy: {src: shop.conf, dest: /etc/slow.conf, mode: '0644'}\n      tags: [slow]\n"
    )
    (tmp_path / "shop.conf").write_text("port=8080\n")
    (tmp_path / "hosts.yml").write_text(lab.inventory.read_text())
    export = json.loads((root / "tests/cases/awx/shop.json").read_text())
    # The inventory is the lab's, as that of an organization which keeps its inventory in the project.
    export["inventory"] = []
    export["inventory_sources"][0] |= {"source": "scm", "source_path": "hosts.yml"}
    export["inventory_sources"][0]["inventory"] = export["job_templates"][0]["inventory"]
    export["job_templates"] = export["job_templates"][:1]
    (tmp_path.parent / "awx-export.json").write_text(json.dumps(export))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / ".orch"))
    asked = "ls /etc/shop.conf /etc/slow.conf 2>/dev/null"
    before = [lab.ssh(host.name, asked).out for host in lab.hosts]

    assert run(["init", "--from-awx", "../awx-export.json", "--yes"]) == ExitCode.COMPLETED_WITH_EXCEPTIONS
    plan = tmp_path / "plans/Deploy-shop.yml"
    plan.write_text(
        plan.read_text()
        .replace("soak: 30s, every: 5s", "soak: 1s, every: 1s")
        .replace('skip_tags: ["slow"]', "")
    )
    assert run(["deploy", "plans/Deploy-shop.yml"]) == ExitCode.COMPLETED
    assert lab.ssh("web1", asked).out.strip() == "/etc/shop.conf"

    capsys.readouterr()
    run(["list", "--json"])
    deployment = json.loads(capsys.readouterr().out.splitlines()[0])["id"]
    assert run(["rollback", deployment, "--reason", "tried"]) == ExitCode.BACKED_OUT
    assert "0 differences to the baseline" in capsys.readouterr().out
    assert [lab.ssh(host.name, asked).out for host in lab.hosts] == before
