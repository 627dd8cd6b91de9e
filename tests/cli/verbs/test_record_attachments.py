"""`orch record attachments`: what people attached comes out as it went in, and what does not is said."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.store.attachments import DirectoryAttachments
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.journal import events as e
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.stages import staged

PHOTO, SHEET = b"\x89PNG\r\n\x00photo", b"calls;3\n"
MANUAL: dict[str, Any] = {
    "name": "routes",
    "on": "edge1",
    "manual": {
        "who": "Acme",
        "instruction": "Send the address.",
        "evidence": "A photo.",
        "confirmed_by": "deployment manager",
        "attachments": 1,
    },
    "acceptance": [{"tcp": 443}],
    "backout": "rollback/routes.yml",
}
CALLS: dict[str, Any] = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}


class Office:
    """A deployment with a photo of a manual step and a sheet of an objective, in a store on disk."""

    def __init__(self, folder: Path) -> None:
        app = {"name": "app", "on": "app1", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"}
        tree = staged([MANUAL, app]) | {"suppliers": [{"name": "Acme", "contact": "noc@acme.example"}]}
        self.store = folder / "attachments"
        self.fleet = Fleet(tree | {"objectives": [CALLS]}, ("edge1", "app1"))
        kept = DirectoryAttachments(self.store)
        self.fleet.ports = replace(self.fleet.ports, attachments=kept)
        d = self.fleet.deploy()
        assert d.open_attempt is not None
        (folder / "photo.png").write_bytes(PHOTO)
        (folder / "sheet.csv").write_bytes(SHEET)
        self.photo = kept.keep(folder / "photo.png")
        word: dict[str, Any] = {"role": "deployment manager", "by": "ann", "note": "seen"}
        self.fleet.say(
            d, e.StepAnswered(attempt=d.open_attempt.attempt, result="done", attached=(self.photo,), **word)
        )
        self.id = self.fleet.resume().id
        record = ["objectives", self.id, "--record", "1", "3", "--note", "list"]
        assert orch(self.fleet, [*record, "--attach", str(folder / "sheet.csv")]) == 0

    def file_of(self, content: bytes) -> Path:
        digest = sha256(content).hexdigest()
        return self.store / digest[:2] / digest[2:]

    def shown(self, *words: str) -> int:
        return orch(self.fleet, ["record", "attachments", self.id, *words])


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    made = Office(tmp_path)
    capsys.readouterr()
    return made


def test_each_file_is_listed_with_what_it_shows_and_whose_it_is(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.shown() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"photo.png, {len(PHOTO)} bytes, SHA-256 {sha256(PHOTO).hexdigest()}"
    assert "routes" in lines[1]
    assert "attached by ann as deployment manager" in lines[1]
    assert lines[2] == f"sheet.csv, {len(SHEET)} bytes, SHA-256 {sha256(SHEET).hexdigest()}"
    assert lines[3].strip().startswith("objective 1: attached by")


def test_the_files_come_out_as_they_went_in(office: Office, tmp_path: Path) -> None:
    assert office.shown("--to", str(tmp_path / "out")) == 0
    files = {path.name[13:]: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert files == {"photo.png": PHOTO, "sheet.csv": SHEET}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_an_existing_folder_is_left_alone(office: Office, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert office.shown("--to", str(tmp_path / "out")) == 10
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("harm", "state"), [("changed", "damaged"), ("removed", "missing")])
def test_a_file_that_is_no_longer_what_was_attached_is_said_and_the_others_are_copied(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str, state: str
) -> None:
    if harm == "changed":
        office.file_of(PHOTO).write_bytes(b"another")
    else:
        office.file_of(PHOTO).unlink()
    assert office.shown("--to", str(tmp_path / "out")) == 13
    printed = capsys.readouterr()
    assert f"{state.upper()}: photo.png" in printed.out
    assert "1 of 2 attached files cannot be shown as attached: photo.png" in printed.err
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [SHEET]
    assert office.shown("--json") == 13
    listed = json.loads(capsys.readouterr().out)["attachments"]
    assert [each["state"] for each in listed] == [state, "good"]


def test_a_name_leads_nowhere_and_misleads_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path)
    names = ["..", ".bashrc", "-rf", "fdp\u202e.exe", "ü" * 200]
    files = tuple(Attachment(name=name, sha256=office.photo.sha256, size=len(PHOTO)) for name in names)
    measured = e.ObjectiveMeasured(
        number=0, result="achieved", found="3 calls", by="cy", note="x", attached=files
    )
    office.fleet.say(office.fleet.now(office.id), measured)
    assert office.shown("--to", str(tmp_path / "out")) == 0
    prefix = f"{office.photo.sha256[:12]}-"
    written = [path.name for path in (tmp_path / "out").iterdir()]
    assert len(written) == 2 + len(names)
    assert all(name.isprintable() and (name.startswith(prefix) or "sheet" in name) for name in written)


def test_a_deployment_without_files_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fleet = Fleet()
    d = fleet.deploy()
    assert orch(fleet, ["record", "attachments", d.id, "--to", str(tmp_path / "out")]) == 0
    assert f"Nobody attached a file to {d.id}." in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
