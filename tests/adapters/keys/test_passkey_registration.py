"""A new passkey is taken from what a browser answered to one random question, and from nothing else."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.keys.passkey_registration import (
    MOST_OPEN,
    PATIENCE,
    OpenChallenges,
    Site,
    register,
    registration_question,
    signing_question,
)
from orchestrator.domain.authority.webauthn_form import challenge_of
from orchestrator.domain.authority.webauthn_key import from_base64url, in_base64url, passkey
from orchestrator.errors import MachineLacks, Refused, UsageFault
from tests.worlds.passkeys import authenticator

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
FILE = Path(__file__).parents[2] / "cases/passkeys/chromium.json"
ROWS: list[dict[str, Any]] = json.loads(FILE.read_text())["rows"]
ROW = ROWS[0]
SITE = Site("localhost", ROW["origin"])
CHALLENGE = bytes.fromhex(ROW["challenge"])


def answer(row: dict[str, Any] = ROW) -> bytes:
    return json.dumps(row["registration"]).encode()


@pytest.mark.parametrize("row", ROWS, ids=[row["algorithm"] for row in ROWS])
def test_what_chromium_answers_is_a_card(row: dict[str, Any]) -> None:
    site = Site("localhost", row["origin"])
    card = register(answer(row), bytes.fromhex(row["challenge"]), site, "Li Wei", ("change manager",))
    assert json.loads(card.model_dump_json()) == row["card"]
    assert (card.kind, card.holder, passkey(card.public).algorithm) == (
        "webauthn",
        "person",
        row["algorithm"],
    )


def client(**changed: Any) -> bytes:
    """The answer with other client data, which no signature covers when nothing is attested."""
    response = ROW["registration"]["response"]
    asked = json.loads(from_base64url(response["clientDataJSON"]) or b"")
    raw = in_base64url(json.dumps({**asked, **changed}).encode())
    return json.dumps({**ROW["registration"], "response": {**response, "clientDataJSON": raw}}).encode()


def attested(change: Callable[[dict[str, Any]], None]) -> bytes:
    response = ROW["registration"]["response"]
    whole = cbor2.loads(from_base64url(response["attestationObject"]) or b"")
    change(whole)
    raw = in_base64url(cbor2.dumps(whole))
    return json.dumps({**ROW["registration"], "response": {**response, "attestationObject": raw}}).encode()


def flags(value: int) -> bytes:
    def change(whole: dict[str, Any]) -> None:
        data = whole["authData"]
        whole["authData"] = data[:32] + bytes([value]) + data[33:]

    return attested(change)


def cut(whole: dict[str, Any]) -> None:
    whole["authData"] = whole["authData"][:60]


def other_key(whole: dict[str, Any]) -> None:
    data = whole["authData"]
    length = int.from_bytes(data[53:55])
    key = cbor2.loads(data[55 + length :])
    whole["authData"] = data[: 55 + length] + cbor2.dumps({**key, 3: -35})


def no_point(whole: dict[str, Any]) -> None:
    data = whole["authData"]
    length = int.from_bytes(data[53:55])
    key = cbor2.loads(data[55 + length :])
    whole["authData"] = data[: 55 + length] + cbor2.dumps({**key, -2: b"\1" * 32})


def certified(form: str) -> bytes:
    """With certificates that are none, in this form."""
    return attested(lambda whole: whole.update(fmt=form, attStmt={"alg": -7, "sig": b"x", "x5c": [b"x"]}))


BAD: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "too much": b'{"a":"' + b"x" * 70_000 + b'"}',
    "no response": b'{"id":"AA","rawId":"AA","type":"public-key"}',
    "another challenge": client(challenge=in_base64url(b"\2" * 32)),
    "of a signature": client(type="webauthn.get"),
    "on another site": client(origin="https://evil.example"),
    "on another port": client(origin="http://localhost:1"),
    "within another site": client(crossOrigin=True),
    "within another site, by its name": client(topOrigin="https://evil.example"),
    "not verified": flags(0x41),
    "nobody there": flags(0x44),
    "no key in it": flags(0x05),
    "cut short": attested(cut),
    "of another algorithm": attested(other_key),
    "no point of the curve": attested(no_point),
    "of an unknown attestation": attested(lambda whole: whole.update(fmt="own")),
    "attested by nothing": attested(lambda whole: whole.update(fmt="packed")),
    "attested by certificates": certified("packed"),
    "attested by the key itself, and not by it": attested(
        lambda whole: whole.update(fmt="packed", attStmt={"alg": -7, "sig": b"x"})
    ),
    **{
        f"attested as {form}": certified(form)
        for form in ("fido-u2f", "tpm", "apple", "android-key", "android-safetynet")
    },
    "no map": attested(lambda whole: whole.clear()),
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused, match="No passkey was registered"):
        register(raw, CHALLENGE, SITE, "Li Wei")


@pytest.mark.parametrize(("signed", "taken"), [(b"", True), (b"x", False)])
def test_a_passkey_may_attest_itself(signed: bytes, taken: bool) -> None:  # noqa: FBT001
    key = authenticator("ed25519", rp_id="localhost")
    assert isinstance(key.private, Ed25519PrivateKey)
    cose = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: key.der[-32:]})
    own = bytes(16) + len(key.credential).to_bytes(2) + key.credential + cose
    data = hashlib.sha256(b"localhost").digest() + bytes([0x45]) + bytes(4) + own
    response = ROW["registration"]["response"]
    client = hashlib.sha256(from_base64url(response["clientDataJSON"]) or b"").digest()
    statement = {"alg": -8, "sig": key.private.sign(data + client + signed)}
    raw = cbor2.dumps({"fmt": "packed", "attStmt": statement, "authData": data})
    name = in_base64url(key.credential)
    whole = {
        **ROW["registration"],
        "id": name,
        "rawId": name,
        "response": {**response, "attestationObject": in_base64url(raw)},
    }
    if taken:
        assert register(json.dumps(whole).encode(), CHALLENGE, SITE).public == key.passkey.line
    else:
        with pytest.raises(Refused, match="Could not verify"):
            register(json.dumps(whole).encode(), CHALLENGE, SITE)


def test_another_question_or_service_is_refused() -> None:
    for challenge, site in (
        (b"\2" * 32, SITE),
        (CHALLENGE, Site("localhost", "http://localhost:1")),
        (CHALLENGE, Site("example.org", "https://example.org")),
    ):
        with pytest.raises(Refused):
            register(answer(), challenge, site, "Li Wei")


@pytest.mark.parametrize("words", [{"person": "Li\x1bWei"}, {"person": ""}, {"roles": ("steward",)}])
def test_a_card_that_could_not_be_trusted_is_not_made(words: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="expected"):
        register(answer(), CHALLENGE, SITE, **words)


_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["id", "rawId", "type", "response", "authenticatorAttachment"]), _VALUE)
def test_a_hostile_field_is_refused_or_without_effect(name: str, value: Any) -> None:
    _refused_or_the_same({**ROW["registration"], name: value})


@given(st.sampled_from(["clientDataJSON", "attestationObject", "transports", "publicKey"]), _VALUE)
def test_a_hostile_part_is_refused_or_without_effect(name: str, value: Any) -> None:
    response = {**ROW["registration"]["response"], name: value}
    _refused_or_the_same({**ROW["registration"], "response": response})


@given(st.binary(max_size=200))
def test_a_hostile_attestation_is_refused(raw: bytes) -> None:
    response = {**ROW["registration"]["response"], "attestationObject": in_base64url(raw)}
    with pytest.raises(Refused):
        register(json.dumps({**ROW["registration"], "response": response}).encode(), CHALLENGE, SITE)


_CBOR = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=80) | st.text(max_size=20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(["none", "packed", "fido-u2f", "tpm", "apple", "android-key", "android-safetynet"])
    | _CBOR,
    st.dictionaries(st.sampled_from(["alg", "sig", "x5c", "ver", "response", "x"]), _CBOR, max_size=4)
    | _CBOR,
)
def test_a_hostile_statement_is_refused_or_none(form: Any, statement: Any) -> None:
    """Nothing but the empty statement of no attestation is taken: no hostile one has the key's signature."""
    try:
        register(attested(lambda whole: whole.update(fmt=form, attStmt=statement)), CHALLENGE, SITE)
    except Refused:
        return
    assert form == "none"


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_of_the_attestation_is_refused_or_another_key(place: int, byte: int) -> None:
    raw = bytearray(from_base64url(ROW["registration"]["response"]["attestationObject"]) or b"")
    raw[place % len(raw)] = byte
    response = {**ROW["registration"]["response"], "attestationObject": in_base64url(bytes(raw))}
    try:
        card = register(json.dumps({**ROW["registration"], "response": response}).encode(), CHALLENGE, SITE)
    except Refused:
        return
    assert passkey(card.public).rp_id == "localhost"


def _refused_or_the_same(whole: dict[str, Any]) -> None:
    try:
        card = register(json.dumps(whole).encode(), CHALLENGE, SITE, "Li Wei", ("change manager",))
    except Refused:
        return
    assert json.loads(card.model_dump_json()) == ROW["card"]


def test_a_challenge_is_random_and_good_once() -> None:
    open_ones = OpenChallenges()
    first = open_ones.new("a", NOW)
    assert len(first) == 32
    assert first != open_ones.new("b", NOW)
    assert open_ones.take("a", NOW + PATIENCE - timedelta(seconds=1)) == first
    with pytest.raises(Refused, match="within 5 minutes, once"):
        open_ones.take("a", NOW)
    with pytest.raises(Refused):
        open_ones.take("nobody", NOW)


def test_a_challenge_ends_and_a_new_one_replaces_it() -> None:
    open_ones = OpenChallenges()
    open_ones.new("a", NOW)
    second = open_ones.new("a", NOW)
    assert open_ones.take("a", NOW) == second
    open_ones.new("a", NOW)
    with pytest.raises(Refused):
        open_ones.take("a", NOW + PATIENCE)


def test_no_more_wait_than_there_is_room_for() -> None:
    open_ones = OpenChallenges()
    for number in range(MOST_OPEN + 1):
        open_ones.new(str(number), NOW)
    with pytest.raises(Refused):
        open_ones.take("0", NOW)
    assert open_ones.take(str(MOST_OPEN), NOW)


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("orch.example.org", "http://orch.example.org"),
        ("orch.example.org", "https://evil.example"),
        ("orch.example.org", "orch.example.org"),
        ("10.0.0.7", "https://10.0.0.7"),
        ("localhost", "http://127.0.0.1:8000"),
        ("Orch", "https://Orch"),
    ],
)
def test_a_service_whose_pages_cannot_use_passkeys_is_a_fault(rp_id: str, origin: str) -> None:
    with pytest.raises(UsageFault, match="expected"):
        Site(rp_id, origin)


def test_a_question_asks_for_a_verified_person() -> None:
    site = Site("orch.example.org", "https://orch.example.org")
    known = authenticator().passkey
    asked = json.loads(registration_question(site, "Li Wei", CHALLENGE, [known.line]).options)
    assert asked["challenge"] == in_base64url(CHALLENGE)
    assert asked["rp"]["id"] == "orch.example.org"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert [each["id"] for each in asked["excludeCredentials"]] == [in_base64url(known.credential)]
    question = signing_question(known.line, b"payload")
    asked = json.loads(question.options)
    assert asked["challenge"] == in_base64url(challenge_of(b"payload")) == in_base64url(question.challenge)
    assert (asked["rpId"], asked["userVerification"]) == ("orch.example.org", "required")
    assert [each["id"] for each in asked["allowCredentials"]] == [in_base64url(known.credential)]
    assert "extensions" not in asked


def test_without_the_extra_it_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "webauthn", None)
    for ask in (
        lambda: register(answer(), CHALLENGE, SITE),
        lambda: registration_question(SITE, "Li Wei", CHALLENGE),
        lambda: signing_question(authenticator().passkey.line, b"payload"),
    ):
        with pytest.raises(MachineLacks, match=r"webauthn is not installed where orch is: .*pip install"):
            ask()
