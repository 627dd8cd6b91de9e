"""Real keys and real signatures: what was signed counts, and nothing that was changed by a single bit does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.ed25519 import (
    SigningKey,
    presented_approval,
    presented_certificate,
    verify,
)
from orchestrator.adapters.keys.key_folder import KeyFolder, load_key, make_key
from orchestrator.adapters.keys.signed_files import read_noun, write_whole
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.authority.rehearsal import Certificate
from orchestrator.domain.authority.signing import Keyring, Signature, TrustedKey, key_id
from orchestrator.domain.plan.effective_plan import REHEARSED
from orchestrator.domain.text.model_base import moment_of
from orchestrator.errors import Conflict, NotFound, PlanFault, Refused, UsageFault

FOUND = moment_of("2026-06-06T20:00:00Z")
assert isinstance(FOUND, datetime)
NOW: datetime = FOUND
KEY = SigningKey.new()
OTHER = SigningKey.new()


def trusted(key: SigningKey = KEY, /, **words: Any) -> TrustedKey:
    usual = {"person": "Li Wei", "roles": ("change manager",), "trusted_at": NOW, "trusted_by": "Ada Berg"}
    return TrustedKey.model_validate({**usual, "key": key.key, "public": key.public, **words})


def approval(**words: Any) -> ApprovalStatement:
    usual = {
        "decision": "approve",
        "role": "change manager",
        "person": "Li Wei",
        "key": KEY.key,
        "plan_digest": "a" * 64,
        "subject": "shop-7",
        "reason": "looked at: ünïcödé",
        "made_at": NOW,
        "expires": NOW + timedelta(days=1),
        "nonce": "b" * 32,
    }
    return ApprovalStatement.model_validate({**usual, **words})


RING = Keyring(keys=(trusted(), trusted(OTHER, person="Omar Haddad")))
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("decision", {"decision": "reject"}),
    ("role", {"role": "service owner"}),
    ("person", {"person": "Li Wej"}),
    ("key", {"key": OTHER.key}),
    ("plan", {"plan_digest": "a" * 63 + "b"}),
    ("subject", {"subject": "shop-8"}),
    ("reason", {"reason": "looked at"}),
    ("override", {"decision": "override", "overrides": "christmas"}),
    ("hosts", {"decision": "concede", "hosts": ("web1",)}),
    ("made", {"made_at": NOW - timedelta(microseconds=1)}),
    ("expires", {"expires": NOW + timedelta(days=2)}),
    ("nonce", {"nonce": "b" * 31 + "c"}),
]


def test_what_was_signed_is_good() -> None:
    assert presented_approval(KEY.approve(approval()), RING).answer == "good"


def test_every_field_has_its_change() -> None:
    assert {key for _, words in CHANGES for key in words} == set(ApprovalStatement.model_fields)


@pytest.mark.parametrize(("what", "words"), CHANGES, ids=[what for what, _ in CHANGES])
def test_any_field_that_was_changed_makes_it_bad(what: str, words: dict[str, Any]) -> None:
    signed = KEY.approve(approval())
    changed = SignedApproval(approval=approval(**words), signature=signed.signature)
    assert presented_approval(changed, RING).answer == "bad"


def test_any_bit_of_the_signature_that_was_changed_makes_it_bad() -> None:
    signed = KEY.approve(approval())
    raw = bytes.fromhex(signed.signature.signature)
    for bit in range(len(raw) * 8):
        other = bytearray(raw)
        other[bit // 8] ^= 1 << bit % 8
        signature = Signature(key=KEY.key, signature=other.hex())
        assert (
            presented_approval(SignedApproval(approval=approval(), signature=signature), RING).answer == "bad"
        )


def test_the_signature_of_another_key_is_bad_whichever_it_names() -> None:
    theirs = OTHER.approve(approval(key=OTHER.key))
    for key in (KEY.key, OTHER.key):
        signature = Signature(key=key, signature=theirs.signature.signature)
        mixed = SignedApproval(approval=approval(), signature=signature)
        assert presented_approval(mixed, RING).answer == "bad"


def test_a_key_that_nobody_trusts_is_bad() -> None:
    assert presented_approval(KEY.approve(approval()), Keyring()).answer == "bad"


def test_a_trusted_key_under_the_id_of_another_is_bad() -> None:
    posing = Keyring(keys=(trusted(OTHER, key=KEY.key),))
    signature = Signature(key=KEY.key, signature=OTHER.approve(approval(key=OTHER.key)).signature.signature)
    assert verify(posing, signature, payload(approval(key=OTHER.key))) == "bad"


def test_an_approval_is_no_certificate() -> None:
    certificate = Certificate.model_validate(
        {
            "release": "shop",
            "version": "1",
            "environment": "staging",
            "deployments": ["shop-3"],
            "covers": dict.fromkeys(REHEARSED, "a" * 64),
            "rehearsed_at": NOW,
            "restored": True,
            "waves": [{"wave": 0, "hosts": 1, "deploy": 1.5, "verify": 1, "back_out": 2}],
            "key": KEY.key,
            "nonce": "c" * 32,
        }
    )
    signed = KEY.certify(certificate)
    assert presented_certificate(signed, RING).answer == "good"
    assert verify(RING, signed.signature, payload(approval())) == "bad"
    slower = certificate.model_copy(update={"restored": False})
    changed = signed.model_copy(update={"certificate": slower})
    assert presented_certificate(changed, RING).answer == "bad"


def test_nobody_signs_what_names_another_key() -> None:
    with pytest.raises(Refused):
        KEY.approve(approval(key=OTHER.key))


@pytest.mark.parametrize("word", ["role", "person", "reason"])
@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\u202eb", "a\nb", "a\u200bb", " a"])
def test_text_that_does_not_show_as_it_is_cannot_be_signed(word: str, text: str) -> None:
    with pytest.raises(ValueError, match="text on one line that shows as it is"):
        approval(**{word: text})


def test_an_approval_travels_as_a_file(tmp_path: Path) -> None:
    signed = KEY.approve(approval())
    write_whole(tmp_path / "approval.json", signed)
    back = read_noun(tmp_path / "approval.json", SignedApproval)
    assert back == signed
    assert presented_approval(back, RING).answer == "good"


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("nothing", b""),
        ("no json", b"{"),
        ("another thing", b"[]"),
        ("no text", b"\xff\xfe\x00"),
        ("a bomb", b"[" * 50_000),
        ("too much", b" " * 70_000),
        ("a key too many", b'{"approval": {}, "signature": {}, "trust_me": true}'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_approval_is_refused_in_words(tmp_path: Path, what: str, content: bytes) -> None:
    file = tmp_path / "approval.json"
    file.write_bytes(content)
    with pytest.raises(PlanFault) as refused:
        read_noun(file, SignedApproval)
    assert all(str(fault).startswith(f"{file}") for fault in refused.value.faults)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_noun(tmp_path / "approval.json", SignedApproval)


@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, passphrase: bytes | None) -> None:
    file = tmp_path / "keys" / "mine.pem"
    made = make_key(file, passphrase)
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(file, passphrase).key == made.key
    before = file.read_bytes()
    with pytest.raises(Conflict):
        make_key(file)
    assert file.read_bytes() == before


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.pem"
    make_key(file)
    file.chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        load_key(file)


def test_a_key_is_never_written_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "mine.pem"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        make_key(link)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("passphrase", [None, b"wrong"])
def test_the_wrong_passphrase_is_said(tmp_path: Path, passphrase: bytes | None) -> None:
    make_key(tmp_path / "mine.pem", b"right")
    with pytest.raises(UsageFault):
        load_key(tmp_path / "mine.pem", passphrase)


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.pem"
    file.write_bytes(b"no key")
    file.chmod(0o600)
    with pytest.raises(UsageFault):
        load_key(file)
    with pytest.raises(NotFound):
        load_key(tmp_path / "none.pem")


def test_keys_are_trusted_once_and_revoked_for_good(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "trusted")
    assert folder.keyring() == Keyring()
    folder.trust(trusted())
    with pytest.raises(Conflict):
        folder.trust(trusted(person="Mallory"))
    assert folder.keyring().keys == (trusted(),)
    folder.revoke(KEY.key, NOW, "Ada Berg", "lost")
    key = folder.keyring().find(KEY.key)
    assert key is not None
    assert key.revoked_at == NOW
    with pytest.raises(NotFound):
        folder.revoke(OTHER.key, NOW, "Ada Berg", "lost")


def test_a_key_under_an_id_that_is_not_its_own_is_not_trusted(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    with pytest.raises(Refused):
        folder.trust(trusted(OTHER, key=KEY.key))
    write_whole(tmp_path / f"{KEY.key}.json", trusted(OTHER, key=KEY.key))
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(PlanFault) as refused:
        folder.keyring()
    assert {Path(fault.file).name for fault in refused.value.faults} == {f"{KEY.key}.json", "broken.json"}


def test_the_id_of_a_key_is_that_of_its_public_half() -> None:
    assert SigningKey.from_pem(KEY.pem()).key == KEY.key == key_id(KEY.public)
