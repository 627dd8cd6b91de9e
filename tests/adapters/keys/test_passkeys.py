"""Signatures of passkeys, real ones: what was signed counts, and nothing that was changed or moved does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.keys.ed25519 import (
    SigningKey,
    document_answer,
    presented_approval,
    presented_word,
    verify,
)
from orchestrator.adapters.keys.passkeys import passkey_of_id, signature_of
from orchestrator.adapters.keys.unit_signatures import signer_of
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.authority.document_approval import DocumentStatement, SignedDocument
from orchestrator.domain.authority.document_approval import payload as document_payload
from orchestrator.domain.authority.git_word import NAMESPACE as GIT
from orchestrator.domain.authority.signed_unit import SignedUnit, UnitStatement
from orchestrator.domain.authority.signed_unit import payload as unit_payload
from orchestrator.domain.authority.signing import Keyring, PublicKeyCard, Signature, TrustedKey
from orchestrator.domain.authority.webauthn_form import assertion, assertion_of
from orchestrator.domain.authority.word import SignedWord, WordStatement
from orchestrator.domain.authority.word import payload as word_payload
from orchestrator.domain.text.canonical import canonical
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.errors import Refused
from orchestrator.verifier.verify_record import passkey_good
from tests.worlds.passkeys import ALGORITHMS, RP_ID, Authenticator, Wrong, authenticator
from tests.worlds.people import TRUSTED_AT

PAYLOAD = 'orch approval 1\n{"reason":"ünïcödé"}'.encode()
Tampering = Callable[[Authenticator], Signature]


def made(**wrong: Any) -> Tampering:
    return lambda key: key.signature(PAYLOAD, Wrong(**wrong))


def bytes_changed(change: Callable[[bytes], bytes]) -> Tampering:
    def changed(key: Authenticator) -> Signature:
        data, client, signature = key.parts(PAYLOAD, Wrong())
        return Signature(
            key=key.key, signature=assertion_of(data, client, change(signature)).text, kind="webauthn"
        )

    return changed


def by_another(key: Authenticator) -> Signature:
    other = replace(authenticator(key.passkey.algorithm, 2), credential=key.credential)
    return other.signature(PAYLOAD).model_copy(update={"key": key.key})


GOOD: dict[str, Tampering] = {
    "as it should be": made(),
    "of a key that may be copied": made(flags=0x0D),
    "of a key that was copied": made(flags=0x1D),
    "with a counter that stands still": made(counter=0),
    "below the domain": made(client={"origin": f"https://web.{RP_ID}"}),
}
BAD: dict[str, Tampering] = {
    "of other bytes": lambda key: key.signature(PAYLOAD + b" "),
    "by another key": by_another,
    "of a new passkey": made(client={"type": "webauthn.create"}),
    "within another site": made(client={"crossOrigin": True}),
    "within another site, by its name": made(client={"topOrigin": "https://evil.example"}),
    "on another site": made(client={"origin": "https://evil.example"}),
    "without TLS": made(client={"origin": f"http://{RP_ID}"}),
    "for another service": made(rp_id="evil.example"),
    "nobody there": made(flags=0x04),
    "not verified": made(flags=0x01),
    "said to be verified afterwards": made(flags=0x05, signed_flags=0x01),
    "said to be there afterwards": made(flags=0x05, signed_flags=0x04),
    "a reserved flag": made(flags=0x07),
    "copied, and may not be": made(flags=0x15),
    "a counter that was changed": made(counter=8, signed_counter=7),
    "other client data than were signed": made(signed_client=b"{}"),
    "its last byte changed": bytes_changed(lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "cut short by a byte": bytes_changed(lambda raw: raw[:-1]),
    "a byte after it": bytes_changed(lambda raw: raw + b"\0"),
    "zeros": bytes_changed(lambda raw: bytes(len(raw))),
}
ROWS = [
    *((algorithm, what, GOOD[what], "good") for algorithm, what in product(ALGORITHMS, GOOD)),
    *((algorithm, what, BAD[what], "bad") for algorithm, what in product(ALGORITHMS, BAD)),
]


@pytest.mark.parametrize(
    ("algorithm", "what", "signed", "answer"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS]
)
def test_signature(algorithm: str, what: str, signed: Tampering, answer: str) -> None:
    """By orch, and by the verifier that shares no code with it."""
    key = authenticator(algorithm)
    signature = signed(key)
    assert verify(Keyring(keys=(key.trusted(),)), signature, PAYLOAD) == answer
    assert passkey_good(key.trusted().model_dump(), signature.signature, PAYLOAD) is (answer == "good")


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 75


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_is_by_a_trusted_key_of_its_own_kind(algorithm: str) -> None:
    key, own = authenticator(algorithm), SigningKey.new()
    signature = key.signature(PAYLOAD)
    assert verify(Keyring(), signature, PAYLOAD) == "bad"
    assert verify(Keyring(keys=(key.trusted(),)), signature, PAYLOAD, GIT) == "bad"
    posing = key.trusted().model_copy(update={"key": own.key})
    assert verify(Keyring(keys=(posing,)), signature.model_copy(update={"key": own.key}), PAYLOAD) == "bad"
    assert not passkey_good(posing.model_dump(), signature.signature, PAYLOAD)
    for kind in ("ed25519", "sshsig"):
        other = signature.model_copy(update={"kind": kind})
        assert verify(Keyring(keys=(key.trusted(),)), other, PAYLOAD) == "bad"
    assert not passkey_of_id(own.key, key.passkey.line, signature.signature, PAYLOAD)
    assert not passkey_of_id(own.key, "no line", signature.signature, PAYLOAD)


def test_a_key_of_ed25519_is_not_a_passkey_with_the_same_bytes() -> None:
    """The bytes that an authenticator signs begin with the digest of a domain: never with what orch's own keys sign."""
    key = authenticator("ed25519")
    raw = key.der[-32:].hex()
    own = TrustedKey(
        key=SigningKey(key.private).key,  # type: ignore[arg-type]
        public=raw,
        person="Li Wei",
        roles=("change manager",),
        trusted_at=TRUSTED_AT,
        trusted_by="Ada",
    )
    bare = assertion(key.signature(PAYLOAD).signature).signature.hex()
    assert verify(Keyring(keys=(own,)), Signature(key=own.key, signature=bare), PAYLOAD) == "bad"


# Each field of what is signed, changed: the signature is moved to it.

AT = TRUSTED_AT + timedelta(days=1)


def approval(key: str, /, **changed: Any) -> ApprovalStatement:
    usual = {
        "decision": "approve",
        "role": "change manager",
        "person": "Li Wei",
        "key": key,
        "plan_digest": "a" * 64,
        "subject": "shop-7",
        "reason": "looked at: ünïcödé",
        "made_at": AT,
        "expires": AT + timedelta(days=1),
        "nonce": "b" * 32,
    }
    return ApprovalStatement.model_validate({**usual, **changed})


def word(key: str, /, **changed: Any) -> WordStatement:
    usual = {
        "verb": "resume",
        "subject": "shop-7",
        "content": "c" * 64,
        "person": "Li Wei",
        "key": key,
        "made_at": AT,
        "nonce": "b" * 32,
    }
    return WordStatement.model_validate({**usual, **changed})


def document(key: str, /, **changed: Any) -> DocumentStatement:
    usual = {
        "what": "policy",
        "name": "shop",
        "version": 3,
        "sha256": "d" * 64,
        "person": "Li Wei",
        "role": "change manager",
        "key": key,
        "reason": "looked at",
        "made_at": AT,
    }
    return DocumentStatement.model_validate({**usual, **changed})


APPROVALS: dict[str, dict[str, Any]] = {
    "decision": {"decision": "reject"},
    "role": {"role": "service owner"},
    "person": {"person": "Li Wej"},
    "key": {"key": "e" * 64},
    "plan_digest": {"plan_digest": "a" * 63 + "b"},
    "subject": {"subject": "shop-8"},
    "reason": {"reason": "looked at: unicode"},
    "overrides": {"decision": "override", "overrides": "window"},
    "made_at": {"made_at": AT + timedelta(microseconds=1)},
    "expires": {"expires": AT + timedelta(days=2)},
    "nonce": {"nonce": "b" * 31 + "c"},
    "hosts": {"decision": "concede", "hosts": ["web1"]},
}
WORDS: dict[str, dict[str, Any]] = {
    "verb": {"verb": "retry"},
    "subject": {"subject": "shop-8"},
    "content": {"content": "c" * 63 + "d"},
    "person": {"person": "Li Wej"},
    "key": {"key": "e" * 64},
    "made_at": {"made_at": AT + timedelta(seconds=1)},
    "nonce": {"nonce": "b" * 31 + "c"},
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "what": {"what": "model"},
    "name": {"name": "shops"},
    "version": {"version": 4},
    "sha256": {"sha256": "d" * 63 + "e"},
    "person": {"person": "Li Wej"},
    "role": {"role": "service owner"},
    "key": {"key": "e" * 64},
    "reason": {"reason": "looked at it"},
    "made_at": {"made_at": AT + timedelta(seconds=1)},
}


def test_every_field_has_its_row() -> None:
    assert set(APPROVALS) == set(ApprovalStatement.model_fields)
    assert set(WORDS) == set(WordStatement.model_fields)
    assert set(DOCUMENTS) == set(DocumentStatement.model_fields)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("changed", APPROVALS.values(), ids=APPROVALS)
def test_an_approval_moved_to_another_statement_is_bad(algorithm: str, changed: dict[str, Any]) -> None:
    key = authenticator(algorithm)
    ring = Keyring(keys=(key.trusted(),))
    signature = key.signature(payload(approval(key.key)))
    assert (
        presented_approval(SignedApproval(approval=approval(key.key), signature=signature), ring).answer
        == "good"
    )
    moved = SignedApproval(approval=approval(key.key, **changed), signature=signature)
    assert presented_approval(moved, ring).answer == "bad"
    assert not passkey_good(key.trusted().model_dump(), signature.signature, payload(moved.approval))


@pytest.mark.parametrize("changed", WORDS.values(), ids=WORDS)
def test_a_word_moved_to_another_statement_is_bad(changed: dict[str, Any]) -> None:
    key = authenticator()
    ring = Keyring(keys=(key.trusted(),))
    signature = key.signature(word_payload(word(key.key)))
    assert presented_word(SignedWord(word=word(key.key), signature=signature), ring).answer == "good"
    moved = SignedWord(word=word(key.key, **changed), signature=signature)
    assert presented_word(moved, ring).answer == "bad"


@pytest.mark.parametrize("changed", DOCUMENTS.values(), ids=DOCUMENTS)
def test_an_approval_of_a_document_moved_to_another_is_bad(changed: dict[str, Any]) -> None:
    key = authenticator()
    ring = Keyring(keys=(key.trusted(),))
    signature = key.signature(document_payload(document(key.key)))
    assert document_answer(SignedDocument(document=document(key.key), signature=signature), ring) == "good"
    moved = SignedDocument(document=document(key.key, **changed), signature=signature)
    assert document_answer(moved, ring) == "bad"


def test_a_passkey_of_one_service_signs_for_no_other() -> None:
    """The same key, trusted for another domain: the domain is part of the trust, and the signature of the other is bad."""
    key = authenticator()
    elsewhere = replace(key, rp_id="other.example.org", origin="https://other.example.org")
    assert (key.key, key.passkey.line) != (elsewhere.key, elsewhere.passkey.line)
    for trusted, signing, answer in (
        (key, key, "good"),
        (elsewhere, elsewhere, "good"),
        (key, elsewhere, "bad"),
        (elsewhere, key, "bad"),
    ):
        ring = Keyring(keys=(trusted.trusted(),))
        assert verify(ring, signing.signature(PAYLOAD), PAYLOAD) == answer


def test_a_passkey_signs_no_release_unit(tmp_path: Path) -> None:
    """One signature there would count for every deployment of the unit."""
    unit = UnitStatement(sha256="f" * 64)
    key = authenticator()
    file = tmp_path / "unit.orchsig"
    file.write_text(SignedUnit(unit=unit, signature=key.signature(unit_payload(unit))).model_dump_json())
    signed = SignedFile("ed25519", tmp_path / "unit", unit.sha256, file)
    with pytest.raises(Refused, match="which signs decisions and words, and no release unit"):
        signer_of(signed, Keyring(keys=(key.trusted(),)), TRUSTED_AT)


# What a browser answers.


def answered(key: Authenticator, **changed: Any) -> bytes:
    return json.dumps({**key.answer(PAYLOAD), **changed}).encode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_a_browser_answers_is_a_signature(algorithm: str) -> None:
    key = authenticator(algorithm)
    signature = signature_of(answered(key), key.passkey.line, PAYLOAD)
    assert verify(Keyring(keys=(key.trusted(),)), signature, PAYLOAD) == "good"


def response(key: Authenticator, **wrong: Any) -> dict[str, Any]:
    return {"response": key.answer(PAYLOAD, Wrong(**wrong))["response"]}


ONE = authenticator()
ANSWERS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "what a browser answers"),
    "no JSON": (b"{", "what a browser answers"),
    "a list": (b"[]", "what a browser answers"),
    "too much": (b'{"a":"' + b"x" * 70_000 + b'"}', "what a browser answers"),
    "no response": (answered(ONE, response=None), "what a browser answers"),
    "of another type": (answered(ONE, type="password"), "what a browser answers"),
    "by another passkey": (answered(ONE, rawId="AA"), f"an answer by passkey {ONE.key[:16]}"),
    "without its parts": (answered(ONE, response={}), "37 bytes of the authenticator"),
    "of another text": (answered(ONE, **response(ONE, payload=b"x")), "another text than the one"),
    "not verified": (answered(ONE, **response(ONE, flags=1)), "by a PIN, a finger or a face"),
    "by another key": (
        answered(ONE, response=authenticator(which=2).answer(PAYLOAD)["response"]),
        f"no signature of passkey {ONE.key[:16]}",
    ),
    "all of it": (
        answered(ONE, **response(ONE, payload=b"x", flags=0)),
        "another text than the one that is to be signed; the authenticator does not say that somebody was there; ",
    ),
}


@pytest.mark.parametrize(("answer", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_what_is_no_signature_is_refused_with_every_reason(answer: bytes, expected: str) -> None:
    with pytest.raises(Refused) as refused:
        signature_of(answer, ONE.passkey.line, PAYLOAD)
    assert str(refused.value).startswith("Nothing was signed: ")
    assert expected in str(refused.value)


@given(st.binary(max_size=200))
def test_a_hostile_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(Refused):
        signature_of(answer, ONE.passkey.line, PAYLOAD)


# What a real Chromium with its virtual authenticator made.


def recorded() -> list[dict[str, Any]]:
    file = Path(__file__).parents[2] / "cases/passkeys/chromium.json"
    rows: list[dict[str, Any]] = json.loads(file.read_text())["rows"]
    return rows


NAMES = [f"{row['algorithm']}{', synced' if row['synced'] else ''}" for row in recorded()]


def signed_in_chromium(row: dict[str, Any]) -> tuple[TrustedKey, SignedApproval]:
    card = PublicKeyCard.model_validate_json(json.dumps(row["card"]))
    statement = ApprovalStatement.model_validate_json(json.dumps(row["approval"]))
    signature = signature_of(json.dumps(row["answer"]).encode(), card.public, payload(statement))
    key = TrustedKey(
        key=card.key,
        public=card.public,
        kind="webauthn",
        person="Li Wei",
        roles=("change manager",),
        trusted_at=TRUSTED_AT,
        trusted_by="Ada",
    )
    return key, SignedApproval(approval=statement, signature=signature)


@pytest.mark.parametrize("row", recorded(), ids=NAMES)
def test_what_chromium_signed_is_good_and_moved_is_bad(row: dict[str, Any]) -> None:
    key, signed = signed_in_chromium(row)
    ring = Keyring(keys=(key,))
    assert presented_approval(signed, ring).answer == "good"
    assert assertion(signed.signature.signature).on_several_devices is row["synced"]
    assert passkey_good(key.model_dump(), signed.signature.signature, payload(signed.approval))
    later = {name: getattr(signed.approval, name) + timedelta(seconds=1) for name in ("made_at", "expires")}
    for field, other in APPROVALS.items():
        changed = {field: later[field]} if field in later else other
        statement = ApprovalStatement.model_validate({**signed.approval.model_dump(), **changed})
        moved = SignedApproval(approval=statement, signature=signed.signature)
        assert presented_approval(moved, ring).answer == "bad"


@pytest.mark.parametrize("row", recorded(), ids=NAMES)
def test_every_byte_of_what_chromium_signed_counts(row: dict[str, Any]) -> None:
    """A changed byte of any part is bad, or no signature at all; by orch and by the verifier alone."""
    key, signed = signed_in_chromium(row)
    whole = assertion(signed.signature.signature)
    text = payload(signed.approval)
    parts = {
        "authenticatorData": whole.authenticator_data,
        "clientDataJSON": whole.client_data,
        "signature": whole.signature,
    }
    for name, raw in parts.items():
        for place in range(0, len(raw), 5):
            changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
            encoded = {each: in_text(part) for each, part in {**parts, name: changed}.items()}
            signature = base64.b64encode(canonical(encoded)).decode()
            assert not passkey_of_id(key.key, key.public, signature, text), (name, place)
            assert not passkey_good(key.model_dump(), signature, text), (name, place)


def in_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
