"""`orch record show` verifies each signature that it shows, by the keys that are trusted at that moment."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.keys.key_folder import load_key
from orchestrator.cli.main import run
from orchestrator.domain.journal import events as e
from tests.cli.office import Office, office

Done = Callable[[Office], None]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    made = office(tmp_path, monkeypatch, capsys)
    assert made.say("approve", "li") == 0
    return made


def nothing(desk: Office) -> None:
    """The record is shown as it was made."""


def revoked(desk: Office) -> None:
    number = load_key(desk.folder / "li.pem").key
    assert run(["keys", "revoke", number, "--reason", "lost"]) == 0


def keys_gone(desk: Office) -> None:
    shutil.rmtree(desk.folder / "home" / "keys")


def forged(desk: Office) -> None:
    """Somebody who writes the journal puts other words over the signature."""
    (given,) = desk.deployment().authority.approvals
    words = {"reason": "everything is fine", "nonce": "f" * 32}
    statement = given.approval.model_copy(update=words)
    desk.append("d1", e.ApprovalGiven(signed=given.model_copy(update={"approval": statement}), by="mallory"))


def under_another_name(desk: Office) -> None:
    """A good signature by a trusted key, under the name of somebody else."""
    key = load_key(desk.folder / "omar.pem")
    (given,) = desk.deployment().authority.approvals
    statement = given.approval.model_copy(update={"key": key.key, "nonce": "e" * 32})
    desk.append("d1", e.ApprovalGiven(signed=key.approve(statement), by="omar"))


CASES: dict[str, tuple[Done, list[str], str]] = {
    "good": (nothing, ["good"], "signature good: looked at"),
    "revoked since": (revoked, ["revoked since"], "signature good, key revoked since ("),
    "unknown": (keys_gone, ["key unknown"], "SIGNATURE NOT VERIFIED: its key is not trusted here"),
    "bad": (forged, ["good", "bad"], "SIGNATURE BAD: it does not fit what it says: everything is fine"),
    "of another": (
        under_another_name,
        ["good", "key of another person"],
        "SIGNATURE OF NO WORTH: key of another person",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_form_of_the_record_says_what_a_signature_is_worth(desk: Office, case: str) -> None:
    done, states, words = CASES[case]
    done(desk)
    desk.output()
    assert run(["record", "show", "d1"]) == 0
    assert words in desk.output()
    assert run(["record", "show", "d1", "--json"]) == 0
    result = json.loads(desk.capsys.readouterr().out.splitlines()[-1])
    assert [signature["state"] for signature in result["signatures"]] == states
    page = desk.folder / "record.html"
    assert run(["record", "show", "d1", "--html", str(page)]) == 0
    cells = re.findall(r"<td(?: class=\"bad\")?>([^<]*signature[^<]*)</td>", page.read_text(), re.IGNORECASE)
    assert len(cells) == len(states)
    assert cells[-1].startswith(words.partition(": ")[0])


def test_a_damaged_key_file_hides_no_record(desk: Office) -> None:
    for file in (desk.folder / "home" / "keys").iterdir():
        file.write_text("{")
    desk.output()
    assert run(["record", "show", "d1"]) == 0
    shown = desk.output()
    assert "signature not verified: looked at" in shown
    assert "No signature was verified, because the keys cannot be read" in shown
