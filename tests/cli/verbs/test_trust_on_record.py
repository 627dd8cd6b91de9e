"""The record shows who trusted the keys that signed it, and which stewards signed for that."""

from pathlib import Path

import pytest

from orchestrator.cli.main import run
from tests.cli.office import Office, office


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    return office(tmp_path, monkeypatch, capsys)


def shown(desk: Office) -> str:
    desk.output()
    assert run(["record", "show", "d1"]) == 0
    return " ".join(desk.output().split())


def test_a_key_from_a_folder_is_said_to_be_unsigned(desk: Office) -> None:
    assert desk.say("approve", "li") == 0
    assert "of Li Wei as change manager: trusted by" in shown(desk)
    assert "in a folder of keys, which no steward signed" in shown(desk)


def test_a_key_of_the_signed_keyring_names_its_version_and_stewards(desk: Office) -> None:
    steward = ["--steward", str(desk.folder / "nadia.pub.json"), "Nadia Costa", "--threshold", "1"]
    assert run(["trust", "init", *steward, "--reason", "first trust", *desk.key("nadia")]) == 0
    assert desk.say("approve", "li") == 0
    record = shown(desk)
    assert "of Li Wei as change manager: trusted by" in record
    assert "in keyring version 1 of house" in record
    assert "signed by Nadia Costa" in record
