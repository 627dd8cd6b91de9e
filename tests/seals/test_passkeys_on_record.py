"""A passkey's signature that was moved or forged on a sealed record is found, even where orch's own key sealed it so."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.key_folder import KeyFolder
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.use_cases.sealed_records import sealed_statement, verified
from orchestrator.verifier import verify_record
from tests.seals.sealed_home import SealedHome, sealed_home
from tests.seals.wired import ports_of
from tests.worlds.passkeys import ALGORITHMS, Authenticator, Wrong, authenticator

Json = dict[str, Any]
KEY = authenticator()
DIGEST = "a" * 64


def approval(key: Authenticator, home: SealedHome) -> ApprovalStatement:
    now = ports_of(home.place).clock.now()
    return ApprovalStatement(
        decision="approve",
        role="change manager",
        person="Li Wei",
        key=key.key,
        plan_digest=DIGEST,
        subject="d1",
        reason="looked at",
        made_at=now,
        expires=now + timedelta(days=1),
        nonce="1" * 32,
    )


def statement(folder: Path, key: Authenticator) -> tuple[SealedHome, Json]:
    home = sealed_home(folder / "home")
    KeyFolder(home.place / "keys").trust(key.trusted())
    given = approval(key, home)
    signed = SignedApproval(approval=given, signature=key.signature(payload(given)))
    home.append("d1", e.ApprovalGiven(signed=signed, by="li"))
    ports = ports_of(home.place)
    made = sealed_statement(ports, find(ports, "d1"), ports.journal.read("d1"), ())
    return home, json.loads(made.model_dump_json(by_alias=True, exclude_none=True))


def sealed(home: SealedHome, whole: Json) -> bytes:
    """The envelope by orch's own key, which whoever changed it held."""
    return home.keys().enveloped(json.dumps(whole).encode())


def findings(home: SealedHome, content: bytes, folder: Path) -> tuple[list[str], int]:
    """By orch, and the exit code of the verifier that shares no code with it."""
    file = folder / "d1.json"
    file.write_bytes(content)
    verdict = verified(ports_of(home.place), content).verdict
    return [finding.code for finding in verdict.findings], verify_record.main([str(file)])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_was_signed_is_proved(tmp_path: Path, algorithm: str) -> None:
    home, whole = statement(tmp_path, authenticator(algorithm))
    assert [each["kind"] for each in whole["predicate"]["signatures"]] == ["webauthn"]
    content = sealed(home, whole)
    assert findings(home, content, tmp_path) == ([], 0)
    lacks = [code for code, _ in verified(ports_of(home.place), content).verdict.unproved]
    assert "signature_not_verified" not in lacks


def by_another(record: Json) -> None:
    [signature] = record["signatures"]
    content = base64.b64decode(signature["payload"])
    _replace(record, authenticator(which=2).signature(content).signature)


def not_verified(record: Json) -> None:
    [signature] = record["signatures"]
    _replace(record, KEY.signature(base64.b64decode(signature["payload"]), Wrong(flags=1)).signature)


def of_another_service(record: Json) -> None:
    [trust] = record["trust"]
    trust["public"] = trust["public"].replace("orch.example.org", "evil.example.org")


def another_key(record: Json) -> None:
    [trust] = record["trust"]
    trust["public"] = authenticator(which=2).passkey.line


def no_line(record: Json) -> None:
    [trust] = record["trust"]
    trust["public"] = "x"


def another_payload(record: Json) -> None:
    [signature] = record["signatures"]
    content = base64.b64decode(signature["payload"]).replace(b"looked at", b"looked by")
    signature["payload"] = base64.b64encode(content).decode()


def _replace(record: Json, signature: str) -> None:
    [signed] = record["signatures"]
    signed["signature"] = signature


CHANGES: dict[str, Callable[[Json], None]] = {
    "by another key": by_another,
    "of a person that was not verified": not_verified,
    "trusted for another service": of_another_service,
    "trusted as another key": another_key,
    "trusted as no key": no_line,
    "of another text": another_payload,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_found_by_both(tmp_path: Path, change: Callable[[Json], None]) -> None:
    home, whole = statement(tmp_path, KEY)
    change(whole["predicate"])
    codes, code = findings(home, sealed(home, whole), tmp_path)
    assert (codes, code) == (["seal.signature_bad"], 1)


def test_a_signature_without_its_key_is_said_to_be_unproved(tmp_path: Path) -> None:
    home, whole = statement(tmp_path, KEY)
    whole["predicate"]["trust"] = []
    content = sealed(home, whole)
    assert findings(home, content, tmp_path) == ([], 0)
    assert ("signature_not_verified", 1) in verified(ports_of(home.place), content).verdict.unproved


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_recipe_with_openssl_alone(tmp_path: Path, root: Path, algorithm: str) -> None:
    """The lines of the page, run as they stand there; with another payload or a forged signature they fail."""
    home, whole = statement(tmp_path, authenticator(algorithm))
    [signature], [trust] = whole["predicate"]["signatures"], whole["predicate"]["trust"]
    good = {"SIGNATURE": signature["signature"], "KEY": trust["public"], "PAYLOAD": signature["payload"]}
    other = base64.b64encode(b"another text").decode()
    forged = authenticator(algorithm, 2).signature(base64.b64decode(signature["payload"])).signature
    assert ran(tmp_path, root, good).returncode == 0
    assert ran(tmp_path, root, {**good, "PAYLOAD": other}).returncode != 0
    assert ran(tmp_path, root, {**good, "SIGNATURE": forged}).returncode != 0
    assert home.look().intact


def ran(folder: Path, root: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    page = (root / "docs/authority.md").read_text().partition("a passkey's signature with openssl alone")[2]
    lines = [line[4:] for line in page.partition("\n## ")[0].splitlines() if line.startswith("    ")]
    assert len(lines) >= 5
    script = folder / "recipe.sh"
    script.write_text("\n".join(["set -euo pipefail", *lines]))
    return subprocess.run(
        ["bash", str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **values},
    )
