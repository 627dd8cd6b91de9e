"""What a browser and an authenticator say is read, and held against the key and the text, and nothing hostile breaks it."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.domain.authority.signing import PublicKeyCard, Signature, key_id
from orchestrator.domain.authority.webauthn_form import (
    LONGEST,
    assertion,
    assertion_of,
    client_data,
    faults_of,
    is_origin_of,
)
from orchestrator.domain.authority.webauthn_key import (
    Passkey,
    from_base64url,
    in_base64url,
    is_at_or_below,
    passkey,
    passkey_of,
)
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.policy.telling.words.passkey_words import FAULTS, key_words, passkey_words
from tests.worlds.passkeys import ALGORITHMS, Authenticator, Wrong, authenticator

PAYLOAD = 'orch approval 1\n{"reason":"ünïcödé"}'.encode()
ONE = authenticator("ed25519")
AUTHENTICATOR_DATA, CLIENT, _ = ONE.parts(PAYLOAD, Wrong())


def client(**changed: Any) -> Wrong:
    return Wrong(client=changed)


JUDGED: list[tuple[str, Wrong, set[str]]] = [
    ("as it should be", Wrong(), set()),
    ("of a key that may be copied", Wrong(flags=0x0D), set()),
    ("of a key that was copied", Wrong(flags=0x1D), set()),
    ("without crossOrigin, as older browsers write it", client(crossOrigin=None), set()),
    ("with a name that no version knows yet", client(other_keys_can_be_added_here="x"), set()),
    ("on another port", client(origin="https://orch.example.org:8443"), set()),
    ("below the domain", client(origin="https://web.orch.example.org"), set()),
    ("of another text", Wrong(payload=PAYLOAD + b" "), {"other_payload"}),
    ("of nothing", Wrong(challenge=""), {"other_payload"}),
    ("its challenge padded", client(challenge=in_base64url(b"x" * 32) + "="), {"other_payload"}),
    ("of a new passkey", client(type="webauthn.create"), {"not_of_a_signature"}),
    ("of a payment", client(type="payment.get"), {"not_of_a_signature"}),
    ("within another site", client(crossOrigin=True), {"embedded_page"}),
    ("within another site, by its name", client(topOrigin="https://evil.example"), {"embedded_page"}),
    ("within nothing, by its name", client(topOrigin=""), {"embedded_page"}),
    ("without TLS", client(origin="http://orch.example.org"), {"other_origin"}),
    ("on another site", client(origin="https://evil.example"), {"other_origin"}),
    ("above the domain", client(origin="https://example.org"), {"other_origin"}),
    ("beside the domain", client(origin="https://notorch.example.org"), {"other_origin"}),
    ("on a site that ends alike", client(origin="https://orch.example.org.evil.example"), {"other_origin"}),
    ("with a name before it", client(origin="https://orch.example.org@evil.example"), {"other_origin"}),
    ("with a path", client(origin="https://orch.example.org/x"), {"other_origin"}),
    ("with a line break", client(origin="https://orch.example.org\n"), {"other_origin"}),
    ("with a dot before it", client(origin="https://.orch.example.org"), {"other_origin"}),
    ("in capitals", client(origin="https://ORCH.example.org"), {"other_origin"}),
    ("in an app", client(origin="android:apk-key-hash:abc"), {"other_origin"}),
    ("nowhere", client(origin="null"), {"other_origin"}),
    ("on this machine, for a service elsewhere", client(origin="http://localhost"), {"other_origin"}),
    ("for another service", Wrong(rp_id="evil.example"), {"other_service"}),
    ("for the domain above", Wrong(rp_id="example.org"), {"other_service"}),
    ("nobody there", Wrong(flags=0x04), {"nobody_there"}),
    ("not verified", Wrong(flags=0x01), {"not_verified"}),
    ("neither", Wrong(flags=0x00), {"nobody_there", "not_verified"}),
    ("copied, and may not be", Wrong(flags=0x15), {"strange_flags"}),
    ("a flag that is reserved", Wrong(flags=0x07), {"strange_flags"}),
    ("the other one that is reserved", Wrong(flags=0x25), {"strange_flags"}),
    ("says that a key follows", Wrong(flags=0x45), {"strange_flags"}),
    ("says that extensions follow", Wrong(flags=0x85), {"strange_flags"}),
    (
        "all of it wrong",
        Wrong(
            payload=b"x",
            flags=0x02,
            rp_id="evil.example",
            client={"type": "x", "origin": "http://evil.example", "crossOrigin": True},
        ),
        set(FAULTS),
    ),
]


@pytest.mark.parametrize(("what", "wrong", "codes"), JUDGED, ids=[row[0] for row in JUDGED])
def test_judged(what: str, wrong: Wrong, codes: set[str]) -> None:
    made = assertion_of(*ONE.parts(PAYLOAD, wrong))
    assert set(faults_of(made, ONE.passkey, PAYLOAD)) == codes


def test_on_this_machine_there_need_be_no_tls() -> None:
    here = authenticator("ed25519", rp_id="localhost")
    for origin in (
        "http://localhost",
        "http://localhost:8000",
        "https://localhost",
        "http://orch.localhost:1",
    ):
        made = assertion_of(*here.parts(PAYLOAD, client(origin=origin)))
        assert faults_of(made, here.passkey, PAYLOAD) == ()
    elsewhere = assertion_of(*here.parts(PAYLOAD, client(origin="http://localhost.example.org")))
    assert faults_of(elsewhere, here.passkey, PAYLOAD) == ("other_origin",)


@pytest.mark.parametrize(
    ("host", "domain", "answer"),
    [
        ("orch", "orch", True),
        ("x.org", "org", False),
        ("org", "org", True),
        ("a.localhost", "localhost", True),
        ("a.b.c", "b.c", True),
        ("ab.c", "b.c", False),
    ],
)
def test_below_a_single_label_there_is_everybody(host: str, domain: str, answer: bool) -> None:  # noqa: FBT001
    assert is_at_or_below(host, domain) is answer
    assert is_origin_of(f"https://{host}", domain) is answer


def written(change: Callable[[dict[str, Any]], Any]) -> str:
    parts = json.loads(base64.b64decode(ONE.signature(PAYLOAD).signature))
    return base64.b64encode(json.dumps(change(parts) or parts, sort_keys=True).encode()).decode()


def with_part(name: str, value: Any) -> str:
    return written(lambda parts: {**parts, name: value})


def with_client(raw: bytes) -> str:
    return written(lambda parts: {**parts, "clientDataJSON": in_base64url(raw)})


NOT_IN_FORM = {
    "nothing": "",
    "no base64": "!!!!",
    "no JSON": base64.b64encode(b"x").decode(),
    "a list": base64.b64encode(b"[]").decode(),
    "with spaces": written(lambda parts: parts),
    "a part too few": written(lambda parts: parts.pop("signature") and parts),
    "a part too many": with_part("userHandle", "AA"),
    "a part that is a number": with_part("signature", 1),
    "a part padded": with_part("signature", "AA=="),
    "a part with bits to spare": with_part("signature", "AB"),
    "a part in the other base64": with_part("signature", "+/+/"),
    "no signature": with_part("signature", ""),
    "a signature of 1025 bytes": with_part("signature", in_base64url(b"x" * 1025)),
    "36 bytes of the authenticator": with_part("authenticatorData", in_base64url(AUTHENTICATOR_DATA[:-1])),
    "extensions": with_part("authenticatorData", in_base64url(AUTHENTICATOR_DATA + b"\xa0")),
    "client data that are no JSON": with_client(b"{"),
    "client data in another encoding": with_client(CLIENT.decode().encode("utf-16")),
    "client data with a mark before them": with_client(b"\xef\xbb\xbf" + CLIENT),
    "client data with a tail": with_client(CLIENT + b"{}"),
    "client data that are a list": with_client(b"[]"),
    "a challenge twice": with_client(CLIENT[:-1] + b',"challenge":"AA"}'),
    "no origin": with_client(b'{"type":"webauthn.get","challenge":"AA"}'),
    "an origin that is a list": with_client(b'{"type":"webauthn.get","challenge":"AA","origin":[]}'),
    "crossOrigin in quotes": with_client(CLIENT.replace(b"false", b'"false"')),
    "crossOrigin zero": with_client(CLIENT.replace(b"false", b"0")),
    "client data of 2049 bytes": with_client(CLIENT[:-1] + b" " * (2049 - len(CLIENT)) + b"}"),
    "too deep": with_client(b'{"a":' * 300 + b"1" + b"}" * 300),
    "too long": "A" * (LONGEST + 4),
}


@pytest.mark.parametrize("encoded", NOT_IN_FORM.values(), ids=NOT_IN_FORM)
def test_what_has_not_the_form_is_no_signature(encoded: str) -> None:
    with pytest.raises(NotInForm):
        assertion(encoded)
    with pytest.raises(ValidationError, match="expected"):
        Signature(key=ONE.key, signature=encoded, kind="webauthn")


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.b64encode(raw).decode())))
@example("\ud800")
def test_hostile_text_is_not_in_form(text: str) -> None:
    with pytest.raises(NotInForm):
        assertion(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["type", "challenge", "origin", "crossOrigin", "topOrigin", "x"]), _JSON, max_size=6
    ),
    st.binary(max_size=60),
    st.binary(max_size=80),
)
def test_hostile_parts_are_read_or_not_in_form(parts: dict[str, Any], data: bytes, signature: bytes) -> None:
    """Whatever is read is judged without an error, and never good: its challenge is of nothing."""
    raw = json.dumps(parts).encode("utf-8", "replace")
    for authenticator_data in (data, AUTHENTICATOR_DATA):
        try:
            made = assertion_of(authenticator_data, raw, signature)
        except NotInForm:
            continue
        assert faults_of(made, ONE.passkey, PAYLOAD)
        assert assertion(made.text) == made


@given(st.binary(max_size=300))
def test_hostile_client_data_are_not_in_form(raw: bytes) -> None:
    with pytest.raises(NotInForm):
        client_data(raw)


def test_what_is_read_is_written_as_it_was() -> None:
    for algorithm in ALGORITHMS:
        signature = authenticator(algorithm).signature(PAYLOAD).signature
        assert assertion(signature).text == signature


def line(rp_id: str = "orch.example.org", credential: str = "AA", key: str = "") -> str:
    return f"webauthn {rp_id} {credential} {key or base64.b64encode(ONE.der).decode()}"


def der(*changed: tuple[bytes, bytes], of: Authenticator = ONE, tail: bytes = b"") -> str:
    raw = of.der
    for old, new in changed:
        assert old in raw
        raw = raw.replace(old, new, 1)
    return base64.b64encode(raw + tail).decode()


RSA = authenticator("rs256")
REFUSED = {
    "empty": ("", "a space between"),
    "of ssh": ("ssh-ed25519 AAAA", "a space between"),
    "two spaces": (line().replace(" ", "  ", 1), "a space between"),
    "a comment": (line() + " mine", "a space between"),
    "in capitals": (line("Orch.example.org"), "a domain in lower case"),
    "not in ASCII": (line("örch.example.org"), "a domain in lower case"),
    "an address": (line("10.0.0.7"), "a domain in lower case"),
    "a number": (line("2130706433"), "a domain in lower case"),
    "with a port": (line("orch.example.org:443"), "a domain in lower case"),
    "with a dot at the end": (line("orch.example.org."), "a domain in lower case"),
    "an origin": (line("https://orch.example.org"), "a domain in lower case"),
    "too long a domain": (line(".".join(["a" * 60] * 5)), "a domain in lower case"),
    "a credential padded": (line(credential="AA=="), "a credential id"),
    "no credential": (line(credential=""), "a credential id"),
    "a credential of 1024 bytes": (line(credential=in_base64url(b"x" * 1024)), "a credential id"),
    "no base64": (line(key="!!!!"), "the key in base64"),
    "base64 with bits to spare": (line(key=der()[:-2] + "B="), "the key in base64"),
    "a key with a tail": (line(key=der(tail=b"\0")), "as SubjectPublicKeyInfo"),
    "on another curve": (line(key=der(of=authenticator("es384"))), "as SubjectPublicKeyInfo"),
    "RSA of 1024 bits": (line(key=der(of=authenticator("rs256 1024"))), "and it has 1024"),
    "RSA with the exponent 1": (
        line(key=der((b"\x02\x03\x01\x00\x01", b"\x02\x03\x00\x00\x01"), of=RSA)),
        "as SubjectPublicKeyInfo",
    ),
    "RSA with the exponent 2": (
        line(key=der((b"\x02\x03\x01\x00\x01", b"\x02\x03\x01\x00\x00"), of=RSA)),
        "as SubjectPublicKeyInfo",
    ),
    "RSA with a tail": (line(key=der(of=RSA, tail=b"\0")), "as SubjectPublicKeyInfo"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_cannot_count_is_never_read(text: str, expected: str) -> None:
    with pytest.raises(NotInForm) as refused:
        passkey(text)
    assert expected in str(refused.value)
    with pytest.raises(ValidationError, match="expected"):
        PublicKeyCard(key=ONE.key, public=text or "x", kind="webauthn")


@given(st.one_of(st.text(), st.binary().map(lambda raw: f"webauthn a.b AA {base64.b64encode(raw).decode()}")))
def test_hostile_lines_are_not_in_form(text: str) -> None:
    with pytest.raises(NotInForm):
        passkey(text)


@given(st.integers(0, len(RSA.der) - 1), st.integers(0, 255))
def test_a_hostile_rsa_key_is_read_or_not_in_form(place: int, byte: int) -> None:
    raw = RSA.der[:place] + bytes([byte]) + RSA.der[place + 1 :]
    with contextlib.suppress(NotInForm):
        assert passkey_of("a.b", b"x", raw).algorithm == "rs256"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_written_as_it_was_read(algorithm: str) -> None:
    made = authenticator(algorithm).passkey
    assert passkey(made.line) == made
    assert (made.algorithm, key_id(made.line, "webauthn")) == (algorithm, authenticator(algorithm).key)


@given(st.binary(min_size=1))
def test_base64url_is_read_as_it_was_written(raw: bytes) -> None:
    assert from_base64url(in_base64url(raw)) == raw


def test_every_fault_has_its_words() -> None:
    assert len(set(FAULTS.values())) == len(FAULTS) == 8
    assert passkey_words(["nobody_there", "other_service"]) == (
        "the authenticator does not say that somebody was there; the authenticator signed for another service"
    )


def test_a_key_that_may_be_copied_is_named_so() -> None:
    short = ONE.key[:16]
    assert key_words(ONE.signature(PAYLOAD)) == f"passkey {short}"
    assert key_words(ONE.signature(PAYLOAD, Wrong(flags=0x1D))) == f"passkey {short} (synced)"
    assert key_words(Signature(key=ONE.key, signature="0" * 128)) == f"key {short}"


CARD = {"key": ONE.key, "public": ONE.passkey.line, "kind": "webauthn"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"holder": "machine", "roles": []}, "a person: a passkey is unlocked by one"),
        ({"roles": ["steward"]}, "neither the role steward nor rehearsal issuer"),
        ({"roles": ["change manager", "Steward"]}, "neither the role steward nor rehearsal issuer"),
        ({"roles": ["rehearsal issuer"]}, "neither the role steward nor rehearsal issuer"),
    ],
)
def test_a_passkey_is_of_a_person_and_no_stewards(more: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        PublicKeyCard.model_validate({**CARD, **more})
    with pytest.raises(ValidationError, match=expected):
        ONE.trusted("Li Wei", **{"roles": ["change manager"], **more})


def test_a_card_is_a_passkey() -> None:
    assert isinstance(passkey(PublicKeyCard.model_validate(CARD).public), Passkey)
