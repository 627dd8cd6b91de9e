"""Kinds of keys and what can be done to a signature: what is right is good, and everything else is bad, without an error."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.adapters.keys.ed25519 import SigningKey, verify
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.adapters.keys.ssh_programs import ssh_verifies
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.authority.git_word import GitObject, git_parts
from orchestrator.domain.authority.signing import Keyring, PublicKeyCard, Signature, TrustedKey, key_id
from orchestrator.domain.authority.ssh_form import fingerprint, ssh_public_key, ssh_signature
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.errors import MachineLacks
from tests.worlds.people import TRUSTED_AT
from tests.worlds.ssh_keys import KINDS, SshKey, Wrong, ssh_key, text

PAYLOAD = 'orch approval 1\n{"reason":"ünïcödé"}'.encode()
OWN = SigningKey.new()
HARDWARE = tuple(kind for kind in KINDS if kind.startswith("sk-"))
Tampering = Callable[[SshKey], Signature]


def made(**wrong: object) -> Tampering:
    return lambda key: key.signature(PAYLOAD, replace(Wrong(), **wrong))  # type: ignore[arg-type]


def bytes_changed(change: Callable[[bytes], bytes]) -> Tampering:
    def changed(key: SshKey) -> Signature:
        blob = change(key.sshsig(PAYLOAD, Wrong()))
        return Signature(key=key.key, signature=base64.b64encode(blob).decode(), kind="sshsig")

    return changed


def text_changed(change: Callable[[str], str]) -> Tampering:
    def changed(key: SshKey) -> Signature:
        encoded = key.signature(PAYLOAD).signature
        return Signature(key=key.key, signature=change(encoded), kind="sshsig")

    return changed


def by_another(key: SshKey) -> Signature:
    return ssh_key(key.type, 2).signature(PAYLOAD).model_copy(update={"key": key.key})


def by_another_as_this(key: SshKey) -> Signature:
    other = ssh_key(key.type, 2).signature(PAYLOAD, Wrong(public=key.blob))
    return other.model_copy(update={"key": key.key})


GOOD: dict[str, Tampering] = {"as it should be": made(), "hashed with sha256": made(hash="sha256")}
BAD: dict[str, Tampering] = {
    "of other bytes": lambda key: key.signature(PAYLOAD + b" "),
    "for a commit": made(namespace="git"),
    "for a file": made(namespace="file"),
    "for no purpose": made(namespace=""),
    "for a purpose that begins alike": made(namespace="orchard"),
    "hashed with sha1": made(hash="sha1"),
    "hashed with md5": made(hash="md5"),
    "hashed with another hash than it says": made(really_hashed="sha256"),
    "something reserved": made(reserved=b"x"),
    "of another version": made(version=2),
    "something after it": made(after=b"\0"),
    "by another key": by_another,
    "by another key in the name of this": by_another_as_this,
    "with another public key in it": lambda key: key.signature(
        PAYLOAD, Wrong(public=ssh_key(key.type, 2).blob)
    ),
    "with a certificate of the key in it": lambda key: key.signature(
        PAYLOAD, Wrong(public=text(b"ssh-ed25519-cert-v01@openssh.com") + key.blob)
    ),
    "of another type": made(type="ssh-dss"),
    "cut short by a byte": bytes_changed(lambda blob: blob[:-1]),
    "cut short by half": bytes_changed(lambda blob: blob[: len(blob) // 2]),
    "its last bit changed": bytes_changed(lambda blob: blob[:-1] + bytes([blob[-1] ^ 1])),
    "a bit of the signature changed": bytes_changed(
        lambda blob: blob[:-12] + bytes([blob[-12] ^ 1]) + blob[-11:]
    ),
    "nothing": text_changed(lambda _: "AAAA"),
    "base64 with bits to spare": text_changed(lambda encoded: encoded.rstrip("=") + "A"),
}
OF_HARDWARE: dict[str, Tampering] = {
    "not touched": made(flags=0),
    "not touched, but verified by a PIN": made(flags=4),
    "said to be touched afterwards": made(flags=1, signed_flags=0),
    "of another application": made(application=b"ssh:other"),
}
ROWS = [
    *((kind, what, GOOD[what], "good") for kind, what in product(KINDS, GOOD)),
    *((kind, what, BAD[what], "bad") for kind, what in product(KINDS, BAD)),
    *((kind, what, OF_HARDWARE[what], "bad") for kind, what in product(HARDWARE, OF_HARDWARE)),
    *((kind, "touched and verified", made(flags=5), "good") for kind in HARDWARE),
    ("ssh-rsa", "with SHA-256", made(type="rsa-sha2-256"), "good"),
    ("ssh-rsa", "with SHA-1", made(type="ssh-rsa"), "bad"),
]


@pytest.mark.parametrize(
    ("kind", "what", "signed", "answer"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS]
)
def test_signature(kind: str, what: str, signed: Tampering, answer: str) -> None:
    key = ssh_key(kind)
    assert verify(Keyring(keys=(key.trusted(),)), signed(key), PAYLOAD) == answer


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 150


def test_openssh_alone_takes_what_was_not_touched() -> None:
    """Why orch looks at the flags itself."""
    key = ssh_key(HARDWARE[0])
    untouched = key.signature(PAYLOAD, Wrong(flags=0)).signature
    assert ssh_verifies(ssh_public_key(key.line), "orch", untouched, PAYLOAD)


def trusted(key: SigningKey) -> TrustedKey:
    fields = {"person": "Li Wei", "roles": ["change manager"], "trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
    return TrustedKey.model_validate({"key": key.key, "public": key.public, **fields})


def test_a_signature_of_one_kind_is_none_of_another() -> None:
    """The same Ed25519 key as orch's own and as an ssh key: two keys, and neither signs for the other."""
    ssh = ssh_key("ssh-ed25519")
    ring = Keyring(keys=(trusted(OWN), ssh.trusted()))
    own = OWN.sign(PAYLOAD)
    assert verify(ring, own, PAYLOAD) == "good"
    assert verify(ring, own, PAYLOAD, "git") == "bad"
    assert verify(ring, own.model_copy(update={"key": ssh.key}), PAYLOAD) == "bad"
    for kind, key in (("sshsig", OWN.key), ("ed25519", ssh.key), ("webauthn", ssh.key)):
        changed = ssh.signature(PAYLOAD).model_copy(update={"kind": kind, "key": key})
        assert verify(ring, changed, PAYLOAD) == "bad"


def test_a_key_under_the_id_of_another_is_bad() -> None:
    key, other = ssh_key("ssh-ed25519"), ssh_key("ssh-ed25519", 2)
    posing = key.trusted().model_copy(update={"key": other.key})
    signature = key.signature(PAYLOAD).model_copy(update={"key": other.key})
    assert verify(Keyring(keys=(posing,)), signature, PAYLOAD) == "bad"


def encoded(blob: bytes) -> str:
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


REFUSED = {
    "RSA of 1024 bits": (ssh_key("ssh-rsa 1024").line, "2048 bits or more, and it has 1024"),
    "DSA": ("ssh-dss AAAAB3NzaC1kc3MAAAAA", "an ssh public key of the type ssh-ed25519"),
    "a certificate": ("ssh-ed25519-cert-v01@openssh.com AAAA", "not a certificate of one"),
    "nothing after the type": ("ssh-ed25519", "base64 as ssh writes it"),
    "no base64": ("ssh-ed25519 !!!!", "base64 as ssh writes it"),
    "cut short": (ssh_key("ssh-ed25519").line[:-4], "all of its bytes"),
    "of another type": (
        f"ecdsa-sha2-nistp256 {ssh_key('ssh-ed25519').line.split()[1]}",
        "which the line names",
    ),
    "something after it": (encoded(ssh_key("ssh-ed25519").blob + b"x"), "nothing after"),
    "too short": (encoded(text(b"ssh-ed25519") + text(b"short")), "32 bytes"),
    "the type of a signature": (
        "webauthn-sk-ecdsa-sha2-nistp256@openssh.com AAAA",
        "an ssh public key of the type",
    ),
    "an empty line": ("", "an ssh public key of the type"),
}


@pytest.mark.parametrize(("line", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_cannot_count_is_never_read(line: str, expected: str) -> None:
    with pytest.raises(NotInForm) as refused:
        ssh_public_key(line)
    assert expected in str(refused.value) or expected in refused.value.next_move


@pytest.mark.parametrize("kind", ["sshsig", "sigstore", "webauthn"])
@pytest.mark.parametrize("noun", [Signature, PublicKeyCard, TrustedKey])
def test_what_is_of_orchs_own_keys_is_of_no_other_kind(
    noun: type[Signature | PublicKeyCard | TrustedKey], kind: str
) -> None:
    fields = {
        "key": OWN.key,
        "public": OWN.public,
        "signature": "0" * 127 + "!",
        "kind": kind,
        "person": "Li Wei",
        "roles": ["customer"],
        "trusted_at": TRUSTED_AT,
        "trusted_by": "Ada",
    }
    known = {name: value for name, value in fields.items() if name in noun.model_fields}
    with pytest.raises(ValidationError, match="expected"):
        noun.model_validate(known)


def test_what_was_written_before_there_were_kinds_is_digested_as_it_was() -> None:
    assert b"kind" not in canonical(OWN.sign(PAYLOAD)) + canonical(trusted(OWN))
    assert b"holder" not in canonical(trusted(OWN))
    assert b'"kind":"sshsig"' in canonical(ssh_key("ssh-ed25519").trusted())


def test_the_id_of_an_ssh_key_is_the_value_that_ssh_shows() -> None:
    key = ssh_key("ssh-ed25519")
    assert key_id(key.line, "sshsig") == key.key
    raw = base64.b64decode(fingerprint(key.key).removeprefix("SHA256:") + "=")
    assert raw.hex() == key.key


def test_a_signature_is_verified_once() -> None:
    key = ssh_key("ssh-ed25519")
    signature = key.signature(PAYLOAD + b"once")
    ring = Keyring(keys=(key.trusted(),))
    before = ssh_verifies.cache_info().misses
    answers = {verify(ring, signature, PAYLOAD + b"once") for _ in range(5)}
    assert answers == {"good"}
    assert ssh_verifies.cache_info().misses == before + 1


def test_many_signatures_are_answered_in_their_order(tmp_path: Path) -> None:
    key, other = ssh_key("ssh-ed25519"), ssh_key("ssh-ed25519", 2)
    approvals = [_approval(key if n % 3 else other, n) for n in range(9)]
    presented = FolderKeys(tmp_path).present(approvals, Keyring(keys=(key.trusted(),)))
    assert [answered.signed for answered in presented] == approvals
    assert [answered.answer for answered in presented] == ["good" if n % 3 else "bad" for n in range(9)]


def _approval(key: SshKey, number: int) -> SignedApproval:
    statement = ApprovalStatement(
        decision="approve",
        role="change manager",
        person="Li Wei",
        key=key.key,
        plan_digest="a" * 64,
        subject="shop-7",
        reason="looked at",
        made_at=TRUSTED_AT,
        expires=TRUSTED_AT + timedelta(days=1),
        nonce=f"{number:032x}",
    )
    return SignedApproval(approval=statement, signature=key.signature(payload(statement)))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (None, "`ssh-keygen` cannot be run"),
        (
            "echo 'usage: ssh-keygen [-q]' >&2; exit 1",
            "does not know `-Y`; signatures of ssh keys need OpenSSH 8.2",
        ),
    ],
)
def test_without_openssh_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, words: str
) -> None:
    """A signature that cannot be verified is not called bad: that would accuse its signer."""
    if program is not None:
        file = tmp_path / "ssh-keygen"
        file.write_text(f"#!/bin/sh\n{program}\n")
        file.chmod(0o755)
    key = ssh_key("ssh-ed25519")
    signature = key.signature(PAYLOAD + words.encode())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineLacks, match=words):
        verify(Keyring(keys=(key.trusted(),)), signature, PAYLOAD + words.encode())


@given(st.binary(max_size=120), st.integers(0, 200), st.sampled_from(KINDS))
@settings(max_examples=150, deadline=None)
def test_whatever_the_bytes_are_their_form_is_refused_in_words(raw: bytes, place: int, kind: str) -> None:
    blob = ssh_key(kind).sshsig(PAYLOAD, Wrong())
    key = ssh_key(kind).blob
    for text_of, read in (
        (blob[:place] + raw + blob[place:], ssh_signature),
        (b"SSHSIG\0\0\0\1" + raw, ssh_signature),
        (key[:place] + raw, lambda encoded: ssh_public_key(f"{kind} {encoded}")),
    ):
        with contextlib.suppress(NotInForm):
            read(base64.b64encode(text_of).decode())


@given(st.text(max_size=60), st.integers(0, 300))
@settings(max_examples=150, deadline=None)
def test_whatever_a_commit_holds_it_is_refused_in_words(text_in: str, place: int) -> None:
    whole = (
        "tree 0\ncommitter O <o@o> 1780000000 +0000\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n\nMerge\n"
    )
    content = whole[:place] + text_in + whole[place:]
    raw = content.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for kind in ("commit", "tag"):
        name = hashlib.sha1(f"{kind} {len(raw.encode())}\0{raw}".encode()).hexdigest()
        with contextlib.suppress(NotInForm):
            git_parts(GitObject.model_validate({"type": kind, "name": name, "content": raw}))
