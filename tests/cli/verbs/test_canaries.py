"""Canaries that came into a record by any door are found before the record leaves its home; their value is never told."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from orchestrator.adapters.files.canary_file import FolderCanaryFiles
from orchestrator.domain.deployment.deployment import Deployment
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

CANARY = "tr0ub4dor&3 of the night"
IN_BASE64 = base64.b64encode(f"user=ann;{CANARY};".encode()).decode()
FILES = ("--html", "--csv", "--junit")


def watched(fleet: Fleet, home: Path) -> Fleet:
    """The fleet, and a home in which somebody names the canary."""
    file = home / "canaries"
    file.write_text(f"\n{CANARY}\n")
    file.chmod(0o600)
    fleet.ports = replace(fleet.ports, canaries=FolderCanaryFiles([home]))
    return fleet


def in_the_plan(fleet: Fleet) -> None:
    fleet.tree["purpose"] = f"Log in with {CANARY}."


def in_a_variable(fleet: Fleet) -> None:
    fleet.tree["strategy"]["variables"] = {"login": {"token": quote(CANARY, safe="")}}


def in_a_check(fleet: Fleet) -> None:
    fleet.targets.machine("h2").script("http", ("failed", f"the answer was {IN_BASE64}"))


def in_a_task(fleet: Fleet) -> None:
    fleet.playbooks.script("deploy", None, Script(faults=[f"fatal: {CANARY.encode().hex()}"]))


DOORS: dict[str, tuple[Callable[[Fleet], None], str]] = {
    "the plan": (in_the_plan, "event 1 plan.purpose"),
    "a variable": (in_a_variable, "event 1 plan.strategy.variables.login.token"),
    "a check": (in_a_check, "results["),
    "a task": (in_a_task, "faults[0]"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_record_with_a_canary_is_written_in_no_form(
    door: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = watched(Fleet(plan_tree()), tmp_path)
    plant, place = DOORS[door]
    plant(fleet)
    name = fleet.deploy().id
    refuses(fleet, name, place, tmp_path, capsys)


def test_a_note_with_a_canary_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = watched(Fleet(plan_tree()), tmp_path)
    d = fleet.deploy()
    assert orch(fleet, ["pir", "open", d.id, "--due", "14d"]) == 0
    assert orch(fleet, ["pir", "answer", d.id, "lessons", f"never mail {CANARY}"]) == 0
    refuses(fleet, d.id, f"event {fleet.now(d.id).seq} ", tmp_path, capsys)


def refuses(fleet: Fleet, name: str, place: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No form of the record is written or printed, and the answer names the place and not the value."""
    for form in FILES:
        file = folder / f"record{form}"
        assert orch(fleet, ["record", "show", name, form, str(file)]) == 4
        assert not file.exists()
    for words in ([], ["--json"]):
        assert orch(fleet, ["record", "show", name, *words]) == 4
    printed = "".join(capsys.readouterr())
    assert place in printed
    assert "canaries" in printed
    for secret in (CANARY, IN_BASE64, CANARY.encode().hex()):
        assert secret not in printed.partition("was not written")[2]


def test_the_text_of_an_open_file_on_the_page_is_searched_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = watched(Fleet(plan_tree()), tmp_path)
    d = with_a_changed_file(fleet, "0644")
    assert orch(fleet, ["record", "show", d.id, "--csv", str(tmp_path / "checks.csv")]) == 0
    assert orch(fleet, ["record", "show", d.id, "--html", str(tmp_path / "page.html")]) == 4
    assert not (tmp_path / "page.html").exists()
    assert "what --html writes" in capsys.readouterr().err


def test_a_record_without_a_canary_is_written(tmp_path: Path) -> None:
    fleet = watched(Fleet(plan_tree()), tmp_path)
    d = with_a_changed_file(fleet, "0600")
    for form in FILES:
        file = tmp_path / f"record{form}"
        assert orch(fleet, ["record", "show", d.id, form, str(file)]) == 0
        assert CANARY not in file.read_text()
    assert "differs (content not kept: mode 0600)" in (tmp_path / "record--html").read_text()


def with_a_changed_file(fleet: Fleet, mode: str) -> Deployment:
    """A deployment that writes the canary to a file of this mode on each host."""

    def write(host: str, *_: object) -> None:
        content = base64.b64encode(f"password={CANARY}\n".encode()).decode()
        fleet.targets.machine(host).items[("file", "/etc/app")] = {
            "mode": mode,
            "sha256": "f" * 64,
            "content": content,
        }

    for host in fleet.hosts:
        fleet.targets.machine(host.host).items[("file", "/etc/app")] = {
            "mode": mode,
            "sha256": "0" * 64,
            "content": "",
        }
    fleet.playbooks.on_host = write
    return fleet.deploy()
