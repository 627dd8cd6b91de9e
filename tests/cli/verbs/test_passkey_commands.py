"""Passkeys on the command line: trusted, listed, revoked; what they signed is handed in, shown, sealed and verified."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.trust_files import NEWEST, NEXT
from orchestrator.bootstrap import ports
from orchestrator.cli.main import run
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.authority.signing import PublicKeyCard
from orchestrator.verifier import verify_record
from tests.cli.office import Office, office
from tests.worlds.passkeys import Authenticator, Wrong, authenticator

MIA = authenticator("es256")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return office(tmp_path, monkeypatch, capsys)


def card(desk: Office, key: Authenticator = MIA, **words: Any) -> Path:
    file = desk.folder / "mia.passkey.json"
    fields = {"key": key.key, "public": key.passkey.line, "kind": "webauthn", **words}
    file.write_text(PublicKeyCard.model_validate(fields).model_dump_json())
    return file


def trust(desk: Office, key: Authenticator = MIA) -> None:
    words = ["--person", "Mia Sand", "--role", "change manager"]
    assert run(["keys", "trust", str(card(desk, key)), *words]) == 0


def approved(
    desk: Office, key: Authenticator = MIA, wrong: Wrong | None = None, **changed: Any
) -> SignedApproval:
    now = ports().clock.now()
    fields = {
        "decision": "approve",
        "role": "change manager",
        "person": "Mia Sand",
        "key": key.key,
        "plan_digest": desk.digest(),
        "subject": "d1",
        "reason": "looked at",
        "made_at": now,
        "expires": now + timedelta(days=5),
        "nonce": "5" * 32,
    }
    statement = ApprovalStatement.model_validate({**fields, **changed})
    return SignedApproval(approval=statement, signature=key.signature(payload(statement), wrong))


def handed_in(desk: Office, signed: SignedApproval) -> int:
    file = desk.folder / "word.json"
    file.write_text(signed.model_dump_json())
    desk.output()
    return run(["approve", "--file", str(file)])


def listed(desk: Office) -> dict[str, Any]:
    desk.output()
    assert run(["keys", "list", "--json"]) == 0
    rows = [json.loads(line) for line in desk.output().splitlines()]
    return next(row for row in rows if row["person"] == "Mia Sand")


@pytest.mark.parametrize("as_line", [False, True], ids=["a card", "a line"])
def test_a_passkey_is_trusted_listed_and_revoked(desk: Office, as_line: bool) -> None:  # noqa: FBT001
    file = card(desk)
    if as_line:
        file.write_text(f"# of Mia\n{MIA.passkey.line}\n")
    assert run(["keys", "trust", str(file), "--person", "Mia Sand", "--role", "change manager"]) == 0
    assert "Trusted: Mia Sand as change manager" in desk.output()
    row = listed(desk)
    assert (row["kind"], row["rp_id"], row["state"]) == ("webauthn", "orch.example.org", "trusted")
    assert run(["keys", "list"]) == 0
    assert "passkey for orch.example.org" in " ".join(desk.output().split())
    assert run(["keys", "revoke", MIA.key[:16], "--reason", "phone lost"]) == 0
    assert listed(desk)["state"] == "revoked"


@pytest.mark.parametrize(
    ("words", "code", "finding"),
    [
        (["--machine", "web"], 2, "a person: a passkey is unlocked by one"),
        (
            ["--person", "Mia Sand", "--role", "steward"],
            2,
            "neither the role steward nor rehearsal issuer for a passkey",
        ),
        (["--person", "Mia Sand"], 2, "name --person and --role"),
    ],
)
def test_what_no_passkey_can_be_is_refused(desk: Office, words: list[str], code: int, finding: str) -> None:
    assert run(["keys", "trust", str(card(desk)), *words]) == code
    assert finding in desk.output()


@pytest.mark.parametrize(
    ("public", "finding"),
    [
        ("webauthn 10.0.0.7 AA AA==", "a domain in lower case"),
        (authenticator(which=2).passkey.line, "the id of that public key"),
        ("ssh-ed25519 AAAA", "a space between"),
    ],
)
def test_a_faulty_card_is_refused(desk: Office, public: str, finding: str) -> None:
    file = card(desk)
    file.write_text(json.dumps({**json.loads(file.read_text()), "public": public}))
    assert run(["keys", "trust", str(file), "--person", "Mia Sand", "--role", "change manager"]) in (3, 4)
    assert finding in desk.output()


def test_an_approval_from_a_browser_is_handed_in_as_a_file(desk: Office) -> None:
    trust(desk)
    assert handed_in(desk, approved(desk)) == 0
    assert "approved by Mia Sand as change manager at" in desk.output()
    (given,) = desk.deployment().authority.approvals
    assert (given.approval.person, given.signature.kind) == ("Mia Sand", "webauthn")


WRONG: dict[str, tuple[dict[str, Any], Wrong]] = {
    "moved to another plan": ({}, Wrong(payload=b"another")),
    "of another service": ({}, Wrong(rp_id="evil.example")),
    "on another site": ({}, Wrong(client={"origin": "https://evil.example"})),
    "within another site": ({}, Wrong(client={"crossOrigin": True})),
    "not verified": ({}, Wrong(flags=0x01)),
    "nobody there": ({}, Wrong(flags=0x04)),
    "of a new passkey": ({}, Wrong(client={"type": "webauthn.create"})),
}


@pytest.mark.parametrize(("changed", "wrong"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused(desk: Office, changed: dict[str, Any], wrong: Wrong) -> None:
    trust(desk)
    assert handed_in(desk, approved(desk, wrong=wrong, **changed)) == 4
    assert "the signature does not fit" in desk.output()
    assert desk.events() == ["planned", "submitted"]


def test_a_passkey_counts_once_it_is_trusted_and_until_it_is_revoked(desk: Office) -> None:
    signed = approved(desk)
    assert handed_in(desk, signed) == 4
    assert "which nobody trusts" in desk.output()
    trust(desk)
    assert handed_in(desk, signed) == 0
    assert handed_in(desk, signed) == 4
    assert "an approval is good once" in desk.output()
    assert run(["keys", "revoke", MIA.key[:16], "--reason", "phone lost"]) == 0
    assert handed_in(desk, approved(desk, nonce="6" * 32)) == 4
    assert desk.events().count("approval_given") == 1


def test_a_signature_that_is_none_is_a_fault_of_the_file(desk: Office) -> None:
    trust(desk)
    file = desk.folder / "word.json"
    whole = json.loads(approved(desk).model_dump_json())
    whole["signature"]["signature"] = "AAAA"
    file.write_text(json.dumps(whole))
    assert run(["approve", "--file", str(file)]) == 3
    assert "JSON of a browser" in desk.output()


def test_with_stewards_a_passkey_counts_once_they_signed_it(desk: Office) -> None:
    stewards = [
        "--steward",
        str(desk.folder / "li.pub.json"),
        "Li Wei",
        "--threshold",
        "1",
        "--reason",
        "first",
    ]
    assert run(["trust", "init", *stewards, *desk.key("li")]) == 0
    assert (desk.folder / "home" / NEWEST).is_file()
    trust(desk)
    assert "proposed" in desk.output().lower()
    assert handed_in(desk, approved(desk)) == 4
    assert run(["trust", "sign", *desk.key("li")]) == 0
    assert not (desk.folder / "home" / NEXT).exists()
    assert handed_in(desk, approved(desk)) == 0
    assert listed(desk)["folders"] == [str(desk.folder / "home" / NEWEST)]


def test_a_passkey_is_no_stewards(desk: Office) -> None:
    words = ["--threshold", "1", "--reason", "first", *desk.key("li")]
    assert run(["trust", "init", "--steward", str(card(desk)), "Mia Sand", *words]) == 2
    assert "neither the role steward nor rehearsal issuer for a passkey" in desk.output()
    assert not (desk.folder / "home" / NEWEST).exists()
    assert run(["trust", "init", "--steward", str(desk.folder / "li.pub.json"), "Li Wei", *words]) == 0
    more = ["--steward", str(card(desk)), "Mia Sand", "--reason", "more"]
    assert run(["trust", "propose", *more]) == 2
    assert "neither the role steward nor rehearsal issuer for a passkey" in desk.output()


def test_the_record_names_the_passkey_and_what_it_is_worth(desk: Office) -> None:
    trust(desk)
    assert handed_in(desk, approved(desk, wrong=Wrong(flags=0x1D))) == 0
    desk.output()
    assert run(["record", "show", "d1"]) == 0
    assert f"with passkey {MIA.key[:16]} (synced), signature good: looked at" in desk.output()
    page = desk.folder / "record.html"
    assert run(["record", "show", "d1", "--html", str(page)]) == 0
    assert f"passkey {MIA.key[:16]} (synced)" in page.read_text().replace("<wbr>", "")


def alone(file: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-I", str(verify_record.__file__), str(file)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("algorithm", ["es256", "ed25519", "rs256"])
def test_a_sealed_record_carries_it_and_is_verified_with_nothing_of_orch(
    desk: Office, algorithm: str
) -> None:
    key = authenticator(algorithm)
    trust(desk, key)
    assert handed_in(desk, approved(desk, key)) == 0
    file = desk.folder / "d1.orch-record.json"
    assert run(["record", "seal", "d1", "--out", str(file)]) == 0
    desk.output()
    assert run(["record", "verify", str(file)]) == 0
    assert "signatures of people" not in desk.output()
    ran = alone(file)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "signatures of people" not in ran.stdout
