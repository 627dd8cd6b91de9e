"""`orch init --from-awx` in a checkout: plans that pass the check, every leftover named, all files or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode

EXPORT = "tests/cases/awx/shop.json"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "site.yml").write_text(
        "- name: The shop\n  hosts: web\n  tasks:\n    - name: write its configuration\n"
        "      ansible.builtin.copy: {src: shop.conf, dest: /etc/shop.conf}\n      tags: [config]\n"
    )
    (tmp_path / "shop.conf").write_text("port=8080\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_plans_are_written_that_pass_the_check(
    checkout: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--from-awx", str(root / EXPORT), "--yes"]) == ExitCode.COMPLETED_WITH_EXCEPTIONS
    printed = capsys.readouterr().out
    assert "Written: 13 files." in printed
    assert (
        "In the order of the workflow Release the shop: plans/Deploy-shop.yml, then plans/Warm-the-cache.yml"
        in printed
    )
    assert 'job template "Patch hosts" (patch.yml): its playbook is not in the folder' in printed
    assert 'job template "Cloud deploy": its inventory is no file' in printed
    for plan in ("Deploy-shop.yml: ok, 3 hosts in 2 waves", "Warm-the-cache.yml: ok, 2 hosts in 2 waves"):
        assert run(["plan", "check", f"plans/{plan.split(':')[0]}"]) == ExitCode.COMPLETED
        assert plan in capsys.readouterr().out
    assert run(["messages", "check", "channels-from-awx.yml"]) == ExitCode.COMPLETED
    assert "approver" in (checkout / "plans/Warm-the-cache.yml").read_text()
    texts = [path.read_text() for path in checkout.rglob("*") if path.is_file()]
    assert not [text for text in texts if "hunter2" in text or "$encrypted$" in text]


@pytest.mark.slow
def test_all_or_nothing(checkout: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "plans").mkdir()
    (checkout / "plans/Warm-the-cache.yml").write_text("mine")
    before = sorted(map(str, checkout.rglob("*")))
    assert run(["init", "--from-awx", str(root / EXPORT), "--yes"]) == ExitCode.CONFLICT
    assert "plans/Warm-the-cache.yml stands already" in capsys.readouterr().err
    assert sorted(map(str, checkout.rglob("*"))) == before


@pytest.mark.slow
def test_the_report_for_programs(checkout: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["init", "--from-awx", str(root / EXPORT), "--dry-run", "--json"])
    assert code == ExitCode.COMPLETED_WITH_EXCEPTIONS
    report = json.loads(capsys.readouterr().out)
    assert report["workflows"] == {"Release the shop": ["plans/Deploy-shop.yml", "plans/Warm-the-cache.yml"]}
    assert {"translated", "for a person", "not translated", "empty"} == {
        each["outcome"] for each in report["findings"]
    }
    assert not (checkout / "plans").exists()


def test_faults_of_an_export_end_with_their_code(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "export.json").write_text('{"job_templates": [{"name": 1}], "inventory": 3}')
    assert run(["init", "--from-awx", "export.json", "--yes"]) == ExitCode.PLAN_FAULT
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert run(["init", "--from-awx", "nowhere.json", "--yes"]) == ExitCode.NOT_FOUND


def test_one_checkout_is_of_one_project(
    checkout: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = json.loads((root / EXPORT).read_text())
    export["job_templates"][1]["project"]["name"] = "Bakery"
    (checkout / "export.json").write_text(json.dumps(export))
    assert run(["init", "--from-awx", "export.json", "--yes"]) == ExitCode.PLAN_FAULT
    assert "found several (Shop, Bakery); name it with --awx-project" in capsys.readouterr().err


@pytest.mark.slow
def test_an_export_may_not_lead_out_of_the_checkout(
    checkout: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(checkout / "site.yml", checkout.parent / "outside.yml")
    export = json.loads((root / EXPORT).read_text())
    for template in export["job_templates"]:
        template["playbook"] = "../outside.yml"
    export["inventory"][0]["name"] = export["inventory"][0]["natural_key"]["name"] = "../../up"
    (checkout / "export.json").write_text(json.dumps(export))
    run(["init", "--from-awx", "export.json", "--yes"])
    assert "its playbook is not in the folder" in capsys.readouterr().out
    assert not (checkout / "plans").exists()
    assert [path.name for path in (checkout / "inventories").iterdir()] == ["up"]
