"""Sigstore bundles by trusted keys: what is right names its signer, and everything else is refused with its own code."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.adapters.keys.ed25519 import verify
from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.adapters.keys.sigstore_bundles import LARGEST_RAW, bundle_signer, envelope_signer
from orchestrator.domain.authority.signing import Keyring, PublicKeyCard, Signature, TrustedKey
from orchestrator.domain.authority.sigstore_key import Algorithm, sigstore_public_key
from orchestrator.domain.evidence.bundle_finding import BundleCode, BundleError
from orchestrator.errors import PlanFault
from orchestrator.policy.planning.sigstore_bundle import envelope_in
from orchestrator.policy.telling.words.bundle_words import FINDINGS, finding_words
from tests.worlds.people import TRUSTED_AT
from tests.worlds.sigstore import BuilderKey, builder_key, encoded, statement
from tests.worlds.ssh_keys import ssh_key

UNIT = b"the release"
DIGEST = hashlib.sha256(UNIT).hexdigest()
OTHER = hashlib.sha256(b"another").hexdigest()
KINDS: tuple[Algorithm, ...] = get_args(Algorithm)
REVOKED = {"revoked_at": TRUSTED_AT, "revoked_by": "Ada", "revoked_because": "lost"}
Bundle = Callable[[BuilderKey], dict[str, Any]]


def blob(**changes: Any) -> Bundle:
    return lambda key: key.blob_bundle(UNIT, **changes)


def vouched(*digests: str, predicate_type: str | None = None, **changes: Any) -> Bundle:
    more = {} if predicate_type is None else {"predicate_type": predicate_type}
    return lambda key: key.statement_bundle(statement(*digests or (DIGEST,), **more), **changes)


def outer(**changes: Any) -> Bundle:
    return lambda key: {**key.blob_bundle(UNIT), **changes}


def by_another(made: Bundle, *, hint: str | None = None) -> Bundle:
    """Signed with a key that is not trusted, in the name of the trusted one or under another hint."""

    def forged(key: BuilderKey) -> dict[str, Any]:
        algorithm = sigstore_public_key(base64.b64encode(key.der).decode()).algorithm
        bundle = made(builder_key(algorithm, 2))
        material = {"publicKey": {"hint": key.hint if hint is None else hint}}
        return {**bundle, "verificationMaterial": material}

    return forged


def digest_of(name: str, raw: bytes) -> dict[str, Any]:
    return {"messageDigest": {"algorithm": name, "digest": encoded(raw)}}


def envelope_without(name: str) -> Bundle:
    def cut(key: BuilderKey) -> dict[str, Any]:
        bundle = key.statement_bundle(statement(DIGEST))
        del bundle["dsseEnvelope"][name]
        return bundle

    return cut


GOOD: dict[str, Bundle] = {
    "a file, as cosign sign-blob writes it": blob(),
    "a statement that it was signed": vouched(),
    "a statement about several files": vouched(OTHER, DIGEST),
    "who built it": vouched(predicate_type="https://slsa.dev/provenance/v1"),
    "that it is released": vouched(predicate_type="https://in-toto.io/attestation/release/v0.1"),
    "version 0.2": outer(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.2"),
    "the form of 0.3 in other clients": outer(
        mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"
    ),
    "without a hint": outer(verificationMaterial={"publicKey": {}}),
    "a hint of its own words": outer(verificationMaterial={"publicKey": {"hint": "release key 2026"}}),
    "with an entry of a log that nobody asks": outer(
        verificationMaterial={"publicKey": {"hint": ""}, "tlogEntries": [{"logIndex": "1"}]}
    ),
}
BAD: list[tuple[str, Bundle, BundleCode]] = [
    ("by another key in the name of this", by_another(blob()), "bundle.bad_signature"),
    ("a statement by another key in the name of this", by_another(vouched()), "bundle.bad_signature"),
    ("by another key", by_another(blob(), hint=""), "bundle.key_not_trusted"),
    ("a statement by another key", by_another(vouched(), hint="x"), "bundle.key_not_trusted"),
    ("of another file", lambda key: key.blob_bundle(b"another"), "bundle.other_file"),
    ("of another file, with the digest of this", lambda key: key.blob_bundle(
        b"another", **digest_of("SHA2_256", bytes.fromhex(DIGEST))), "bundle.bad_signature"),
    ("a digest cut short", blob(**digest_of("SHA2_256", bytes.fromhex(DIGEST)[:-1])), "bundle.other_file"),
    ("no digest", blob(**digest_of("SHA2_256", b"")), "bundle.other_file"),
    ("another algorithm", blob(**digest_of("SHA2_512", hashlib.sha512(UNIT).digest())), "bundle.other_algorithm"),
    ("no algorithm", blob(messageDigest={"digest": encoded(b"x")}), "bundle.other_algorithm"),
    ("messageDigest is a word", blob(messageDigest="x"), "bundle.not_read"),
    ("no signature", blob(signature=""), "bundle.not_read"),
    ("a signature that is no base64", blob(signature="?"), "bundle.not_read"),
    ("a signature that is a number", blob(signature=7), "bundle.not_read"),
    ("a signature of zeros", blob(signature=encoded(bytes(64))), "bundle.bad_signature"),
    ("zeros in the form of ECDSA", blob(signature=encoded(bytes.fromhex("3006020100020100"))), "bundle.bad_signature"),
    ("a statement about another file", vouched(OTHER), "bundle.other_subjects"),
    ("a statement about nothing", lambda key: key.statement_bundle(statement()), "bundle.other_subjects"),
    ("that it was scanned", vouched(predicate_type="https://cosign.sigstore.dev/attestation/vuln/v1"),
     "bundle.other_predicate"),
    ("how its tests went", vouched(predicate_type="https://in-toto.io/attestation/test-result/v0.1"),
     "bundle.other_predicate"),
    ("of a type that begins alike", vouched(predicate_type="https://slsa.dev/provenanceless"),
     "bundle.other_predicate"),
    ("no statement", lambda key: key.statement_bundle(b"[]"), "bundle.not_a_statement"),
    ("another type of payload", vouched(payloadType="text/plain"), "bundle.not_a_statement"),
    ("another statement in the envelope", vouched(payload=encoded(statement(DIGEST, more=1))), "bundle.bad_signature"),
    ("a payload that is no base64", vouched(payload="%"), "bundle.not_read"),
    ("no payload", envelope_without("payload"), "bundle.not_read"),
    ("no signatures", envelope_without("signatures"), "bundle.not_read"),
    ("an empty list of signatures", vouched(signatures=[]), "bundle.not_one_signature"),
    ("two signatures", lambda key: key.statement_bundle(
        statement(DIGEST), signatures=key.envelope(statement(DIGEST))["signatures"] * 2), "bundle.not_one_signature"),
    ("signatures that are none", vouched(signatures=[{"sig": 1}]), "bundle.not_one_signature"),
    ("keyless", outer(verificationMaterial={"certificate": {"rawBytes": "AAAA"}}), "bundle.keyless"),
    ("keyless with a chain", outer(verificationMaterial={"x509CertificateChain": {}}), "bundle.keyless"),
    ("a key beside a certificate", outer(verificationMaterial={"publicKey": {}, "certificate": {}}), "bundle.keyless"),
    ("no key", outer(verificationMaterial={}), "bundle.no_key"),
    ("material that is a list", outer(verificationMaterial=[]), "bundle.no_key"),
    ("a key that is a word", outer(verificationMaterial={"publicKey": "x"}), "bundle.no_key"),
    ("two contents", lambda key: {**key.blob_bundle(UNIT), **key.statement_bundle(statement(DIGEST))},
     "bundle.not_one_content"),
    ("no content", outer(messageSignature=None), "bundle.not_one_content"),
    ("a version to come", outer(mediaType="application/vnd.dev.sigstore.bundle.v0.4+json"), "bundle.other_format"),
    ("no media type", outer(mediaType=None), "bundle.other_format"),
]  # fmt: skip


def asked(
    bundle: bytes | dict[str, Any], *keys: TrustedKey, file: Path = Path("/nowhere"), sha256: str = DIGEST
) -> TrustedKey:
    content = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    return bundle_signer(content, file, sha256, Keyring(keys=keys), TRUSTED_AT)


def refused(bundle: bytes | dict[str, Any], *keys: TrustedKey, file: Path = Path("/nowhere")) -> str:
    with pytest.raises(BundleError) as error:
        asked(bundle, *keys, file=file)
    assert f"({error.value.code})" in finding_words(error.value)
    assert "{" not in finding_words(error.value)
    return error.value.code


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    file = tmp_path / "unit"
    file.write_bytes(UNIT)
    return file


@pytest.mark.parametrize(("algorithm", "what"), list(product(KINDS, GOOD)))
def test_a_bundle_by_a_trusted_key_names_its_signer(unit: Path, algorithm: Algorithm, what: str) -> None:
    key, other = builder_key(algorithm), builder_key("ed25519", 7)
    bystanders = (other.trusted(person="Another"), ssh_key("ssh-ed25519").trusted())
    assert asked(GOOD[what](key), *bystanders, key.trusted(), file=unit).key == key.key


@pytest.mark.parametrize("algorithm", KINDS)
@pytest.mark.parametrize(("bundle", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_any_other_bundle_is_refused_with_its_code(
    unit: Path, algorithm: Algorithm, bundle: Bundle, code: BundleCode
) -> None:
    key = builder_key(algorithm)
    assert refused(bundle(key), key.trusted(), file=unit) == code


@pytest.mark.parametrize("algorithm", KINDS)
@pytest.mark.parametrize(
    ("change", "code"),
    [(REVOKED, "bundle.key_revoked"), ({"expires": TRUSTED_AT}, "bundle.key_expired")],
)
def test_a_key_that_ended_counts_no_more(
    unit: Path, algorithm: Algorithm, change: dict[str, Any], code: str
) -> None:
    key = builder_key(algorithm)
    assert refused(key.blob_bundle(UNIT), key.trusted(**change), file=unit) == code


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_bundle_that_was_cut_short_is_refused_at_every_byte(unit: Path, algorithm: Algorithm) -> None:
    key = builder_key(algorithm)
    whole = json.dumps(key.statement_bundle(statement(DIGEST))).encode()
    assert {refused(whole[:end], key.trusted(), file=unit) for end in range(len(whole))} == {
        "bundle.not_read"
    }


@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from(KINDS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_changed_byte_of_what_counts_names_a_signer_of_another_unit(
    place: int,
    change: int,
    algorithm: Algorithm,
    of_statement: bool,  # noqa: FBT001
) -> None:
    """Whatever byte changes, the answer is a code, or the signer of exactly what was signed."""
    key = builder_key(algorithm)
    made = key.statement_bundle(statement(OTHER)) if of_statement else key.blob_bundle(b"another")
    raw = bytearray(json.dumps(made).encode())
    raw[place % len(raw)] ^= change
    with contextlib.suppress(BundleError, FileNotFoundError):
        pytest.fail(f"{asked(bytes(raw), key.trusted()).key} vouches for a unit that it never saw")


def test_ecdsa_asks_for_no_byte_of_the_unit(tmp_path: Path) -> None:
    key = builder_key("ecdsa-p256")
    assert asked(key.blob_bundle(UNIT), key.trusted(), file=tmp_path / "gone").key == key.key


def test_ed25519_over_a_large_unit_is_refused_and_a_statement_about_it_is_not(tmp_path: Path) -> None:
    """RFC 8032 signs the message itself: it would be in memory."""
    key, large = builder_key("ed25519"), tmp_path / "large"
    with large.open("wb") as sparse:
        sparse.truncate(LARGEST_RAW + 1)
    bundle = key.blob_bundle(UNIT)
    assert refused(bundle, key.trusted(), file=large) == "bundle.too_large"
    assert asked(key.statement_bundle(statement(DIGEST)), key.trusted(), file=large).key == key.key
    by_ecdsa = builder_key("ecdsa-p256")
    unhinted = {**by_ecdsa.blob_bundle(UNIT), "verificationMaterial": {"publicKey": {}}}
    assert asked(unhinted, key.trusted(), by_ecdsa.trusted(person="B"), file=large).key == by_ecdsa.key


def test_a_unit_that_changes_while_it_is_verified_is_refused(tmp_path: Path) -> None:
    key, file = builder_key("ed25519"), tmp_path / "unit"
    file.write_bytes(b"changed")
    assert refused(key.blob_bundle(UNIT), key.trusted(), file=file) == "bundle.other_file"


def test_a_signature_of_cosign_itself_is_good() -> None:
    """Key, digest and signature of `managed-key-happy-path` in the conformance suite of sigstore."""
    public = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExRRST79+PsrRBnGAI4cMu6Omz2Jh"
        "fwlMW+gIutNKVRaMyS4rQKvgngc5p8UbLj55pVHhIoAxi/SRgURZI0J3Xw=="
    )
    signature = (
        "MEUCIQCACfhpIX3+zVXJjwEeIS0yFTK2jRfBjduXAaLHJSARHAIgSUdTM+S5xucODRFtrGHN2uClS0MRPhqZm76g0ZHEQ5c="
    )
    digest, hint = (
        "oM/HEnHW4njlfNMy/5V8P3BD/do1TEy7GQow1W76Ab8=",
        "TLMsSDfG3ajPsWge+z/vX5T/zluXnmvbkTkwLIV68Tk=",
    )
    key = sigstore_public_key(public)
    assert base64.b64encode(bytes.fromhex(key.key)).decode() == hint
    trusted = builder_key("ecdsa-p256").trusted(key=key.key, public=key.text)
    bundle = {
        **builder_key("ecdsa-p256").blob_bundle(UNIT),
        "verificationMaterial": {"publicKey": {"hint": hint}},
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": digest},
            "signature": signature,
        },
    }
    assert asked(bundle, trusted, sha256=base64.b64decode(digest).hex()).key == key.key


@pytest.mark.parametrize("algorithm", KINDS)
def test_an_envelope_without_a_bundle_has_any_of_its_signers(algorithm: Algorithm) -> None:
    key, other = builder_key(algorithm), builder_key(algorithm, 2)
    made = key.envelope(statement(DIGEST), keyid=f"SHA256:{key.hint.rstrip('=')}")
    made["signatures"] = [*other.envelope(statement(DIGEST))["signatures"], *made["signatures"]]
    envelope = envelope_in(made)
    assert envelope is not None
    signer = envelope_signer(envelope, "", Keyring(keys=(key.trusted(),)), TRUSTED_AT)
    assert signer is not None
    assert signer.key == key.key
    assert envelope_signer(envelope, "", Keyring(), TRUSTED_AT) is None
    forged = envelope_in(other.envelope(statement(DIGEST), keyid=key.hint))
    assert forged is not None
    with pytest.raises(BundleError, match="bad_signature"):
        envelope_signer(forged, "", Keyring(keys=(key.trusted(),)), TRUSTED_AT)


def test_every_code_has_its_words() -> None:
    assert set(FINDINGS) == set(get_args(BundleCode))


def test_every_code_is_in_this_file() -> None:
    seen = {row[2] for row in BAD} | {"bundle.key_revoked", "bundle.key_expired", "bundle.too_large"}
    assert seen == set(get_args(BundleCode))


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_key_of_sigstore_signs_no_word(algorithm: Algorithm) -> None:
    """A build could be made to sign a file that reads as an approval; its key counts for no approval."""
    key, words = builder_key(algorithm), b'orch approval 1\n{"decision":"approve"}'
    raw = key.sign(words).hex()[:128].ljust(128, "0")
    assert verify(Keyring(keys=(key.trusted(),)), Signature(key=key.key, signature=raw), words) == "bad"
    with pytest.raises(ValidationError, match="signs release units, and no word"):
        Signature.model_validate({"key": key.key, "signature": raw, "kind": "sigstore"})
    for change in ({"roles": ("change manager",)}, {"holder": "person", "roles": ("change manager",)}):
        with pytest.raises(ValidationError, match="of a machine"):
            key.trusted(**change)


@pytest.mark.parametrize("algorithm", KINDS)
def test_the_public_key_of_cosign_is_a_card_of_a_machine(tmp_path: Path, algorithm: Algorithm) -> None:
    key, file = builder_key(algorithm), tmp_path / "cosign.pub"
    file.write_text(key.pem)
    card = read_card(file)
    assert (card.key, card.kind, card.holder, card.roles) == (key.key, "sigstore", "machine", ())
    assert PublicKeyCard.model_validate_json(card.model_dump_json()) == card


def pem_of(raw: bytes) -> str:
    return f"-----BEGIN PUBLIC KEY-----\n{encoded(raw)}\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize(
    "text",
    [
        pem_of(builder_key("ecdsa-p256").der[:-1]),
        pem_of(builder_key("ed25519").der + b"\0"),
        pem_of(BuilderKey(ec.derive_private_key(5, ec.SECP384R1())).der),
        pem_of(b""),
        builder_key("ed25519").pem * 2,
        builder_key("ed25519").pem.rpartition("-----END")[0],
        builder_key("ed25519").pem.replace("MC", "??"),
    ],
)
def test_any_other_public_key_in_pem_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cosign.pub").write_text(text)
    with pytest.raises(PlanFault, match=r"one public key|ECDSA with P-256, or of Ed25519"):
        read_card(tmp_path / "cosign.pub")


def test_a_key_is_written_in_one_way() -> None:
    """Base64 leaves bits to spare: two texts of one key would be two lines in a signed keyring."""
    key = builder_key("ed25519")
    text = base64.b64encode(key.der).decode()
    spare = text[:-2] + chr(ord(text[-2]) + 1) + "="
    assert base64.b64decode(spare) == key.der
    for changed in (spare, f" {text}", f"{text}\n", text.rstrip("=")):
        with pytest.raises(ValidationError):
            PublicKeyCard(key=key.key, public=changed, kind="sigstore", holder="machine")
