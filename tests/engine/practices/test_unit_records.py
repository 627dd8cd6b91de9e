"""Build records, test reports and sigstore bundles of release units: what each shows, and what rules take for enough."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.evidence.unit_evidence import SignerSeen, Unseen
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.unit_signers import unit_keyring
from orchestrator.policy.planning.build_record import LARGEST
from orchestrator.policy.telling.words.unit_words import origin_words
from tests.fakes.authority import FakeKeys
from tests.worlds.people import TRUSTED_AT
from tests.worlds.sigstore import builder_key, statement
from tests.worlds.unit_origins import BUILDER, DIGEST, UNIT, Origins, enveloped, slsa

OTHER = "1" * 64
BUILD, TEST = builder_key("ecdsa-p256"), builder_key("ed25519", 3)
STRANGER = builder_key("ecdsa-p256", 9)
RING = Keyring(keys=(BUILD.trusted(), TEST.trusted(person="Test Server")))
KEYLESS = {"certificate": {"rawBytes": "AAAA"}}


@pytest.fixture
def origins(tmp_path: Path) -> Origins:
    origins = Origins(tmp_path)
    origins.builders.builders = RING
    return origins


def written(document: Any) -> bytes:
    return json.dumps(document).encode()


def keyless(bundle: dict[str, Any]) -> bytes:
    return written({**bundle, "verificationMaterial": KEYLESS})


SIGNED = written(BUILD.statement_bundle(slsa(DIGEST)))
FORGED = written(
    {
        **STRANGER.statement_bundle(slsa(DIGEST)),
        "verificationMaterial": {"publicKey": {"hint": BUILD.hint}},
    }
)
UNREAD: tuple[Unseen, ...] = ("record.not_a_statement", "record.builder_by_plan_alone")
RECORDS: list[tuple[str, bytes, tuple[Unseen, ...] | str]] = [
    ("in a bundle of a trusted key", SIGNED, ()),
    ("in an envelope of a trusted key", written(TEST.envelope(slsa(DIGEST))), ()),
    ("in an envelope that nobody signed", enveloped(slsa(DIGEST)), ("record.envelope_not_verified",)),
    ("in an envelope of a stranger", written(STRANGER.envelope(slsa(DIGEST))), ("record.envelope_not_verified",)),
    ("keyless", keyless(STRANGER.statement_bundle(slsa(DIGEST))), ("record.keyless_not_verified",)),
    ("bare", slsa(DIGEST), ("record.not_signed",)),
    ("forged in the name of a trusted key", FORGED, "the build record: the signature in the name of Build Server is bad"),
    ("signed, and about another file", written(BUILD.statement_bundle(slsa(OTHER))), "none of its subjects"),
    ("about two files", slsa(OTHER, DIGEST), ("record.not_signed",)),
    ("the digest in capitals", slsa(DIGEST.upper()), ("record.not_signed",)),
    ("the digest cut short", slsa(DIGEST[:-1]), "none of its subjects"),
    ("by another builder", slsa(DIGEST, builder="https://elsewhere"), "names the builder https://elsewhere"),
    ("by a builder that cannot be seen", slsa(DIGEST, builder="\u200b"), ("record.not_signed", "record.builder_by_plan_alone")),
    ("by a builder that moves the cursor", slsa(DIGEST, builder="\x1b[2J"), "names the builder [2J, and the plan"),
    ("with a result that failed", slsa(DIGEST, result="FAILED"), "has the result FAILED"),
    ("with a result in small letters", slsa(DIGEST, result="failed"), "has the result failed"),
    ("empty", b"", UNREAD),
    ("a page", b"<html>built</html>", UNREAD),
    ("a list", b"[]", UNREAD),
    ("not UTF-8", b'{"_type": "\xff"}', UNREAD),
    ("half of a pair", b'{"_type": "\\ud800"}', UNREAD),
    ("a number without end", b'{"a": 1' + b"0" * 5000 + b"}", UNREAD),
    ("no number", b'{"a": NaN}', UNREAD),
    ("deep", b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", UNREAD),
    ("brackets without end", b"{" * 100_000, UNREAD),
    ("a type that is a list", b'{"_type": ["https://in-toto.io/Statement/v1"]}', UNREAD),
    ("subjects that are none", statement().replace(b'"subject": []', b'"subject": {"digest": 1}'), "none of its subjects"),
    ("a digest that is a list", statement(DIGEST).replace(f'"{DIGEST}"'.encode(), b"[1]"), "none of its subjects"),
    ("one key twice", slsa(DIGEST).replace(b'"subject"', b'"subject": [], "subject"', 1), ("record.not_signed",)),
    ("one key twice, the last one empty", slsa(DIGEST)[:-1] + b', "subject": []}', "none of its subjects"),
    ("a payload that is no base64", written({**BUILD.envelope(slsa(DIGEST)), "payload": "!"}), UNREAD),
    ("a payload that is hostile", written(BUILD.envelope(b"[" * 50_000)), UNREAD),
    ("signatures that are none", written({**BUILD.envelope(slsa(DIGEST)), "signatures": [1, {"sig": {}}, None]}),
     ("record.envelope_not_verified",)),
    ("more than is read", slsa(DIGEST) + b" " * LARGEST, UNREAD),
]  # fmt: skip


@pytest.mark.parametrize(("record", "shown"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS])
def test_what_a_build_record_shows(origins: Origins, record: bytes, shown: tuple[Unseen, ...] | str) -> None:
    """Codes: it runs, and they are on record. Words: it is refused before any host is touched."""
    origins.unit["provenance"] = {"build_record": origins.master("r", record), "builder": BUILDER}
    origins.ask(provenance=True)
    if isinstance(shown, str):
        assert shown in origins.reasons()
        return
    d = origins.run()
    assert d.state is State.COMPLETED
    assert origins.seen(d).unseen == shown
    seen = origins.seen(d).build_record
    assert seen is not None
    assert (seen.signer is not None) == (not shown)


def test_who_signed_a_record_is_on_record(origins: Origins) -> None:
    report = written(TEST.statement_bundle(statement(DIGEST, result="PASSED")))
    origins.unit["provenance"] = {
        "build_record": origins.master("b", SIGNED),
        "test_report": origins.master("t", report),
    }
    words = "; ".join(origin_words(origins.seen(origins.run())))
    assert f"signed by Build Server (key {BUILD.key})" in words
    assert f"signed by Test Server (key {TEST.key})" in words


def change_digest(origins: Origins) -> dict[str, str]:
    return {**origins.master("r", slsa(DIGEST)), "sha256": OTHER}


def gone(origins: Origins) -> dict[str, str]:
    return {"path": "gone", "sha256": OTHER}


def a_folder(origins: Origins) -> dict[str, str]:
    (origins.masters / "folder").mkdir()
    return {"path": "folder", "sha256": OTHER}


def out_of_the_library(origins: Origins) -> dict[str, str]:
    (origins.project / "own").write_bytes(slsa(DIGEST))
    (origins.masters / "out").symlink_to(origins.project / "own")
    return {**origins.master("r", slsa(DIGEST)), "path": "out"}


@pytest.mark.parametrize("field", ["build_record", "test_report"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        (change_digest, f"has digest .*, and {OTHER} was asked for"),
        (gone, "no such file in the library"),
        (a_folder, "no such file in the library"),
        (out_of_the_library, "no such file in the library"),
    ],
)
def test_a_record_that_cannot_be_had_refuses(
    origins: Origins, field: str, place: Callable[[Origins], dict[str, str]], words: str
) -> None:
    origins.unit["provenance"] = {field: place(origins)}
    assert re.search(words, origins.reasons())


ASKED: list[tuple[str, dict[str, Any], dict[str, bytes], str]] = [
    ("no record", {"provenance": True}, {}, "the build record of shop, by digest"),
    ("a test report alone", {"provenance": True}, {"test_report": b"ok"}, "the build record of shop, by digest"),
    ("a build record alone", {"test_report": True}, {"build_record": b"ok"}, "the test report of shop, by digest"),
    ("both", {"provenance": True, "test_report": True}, {"build_record": b"ok", "test_report": b"ok"}, ""),
    ("one file as both", {"provenance": True, "test_report": True}, {"build_record": SIGNED, "test_report": SIGNED}, ""),
    ("no signature", {"signed_by": ["Build Server"]}, {}, "shop signed by Build Server"),
    ("a signed record", {"signed_by": ["Build Server"]}, {"build_record": SIGNED}, "shop signed by Build Server"),
    ("a bundle", {"signed_by": ["Build Server"]}, {"signature": written(BUILD.blob_bundle(UNIT))}, ""),
    ("a bundle, by its key", {"signed_by": [BUILD.key]}, {"signature": written(BUILD.blob_bundle(UNIT))}, ""),
    ("a statement", {"signed_by": ["Build Server"]}, {"signature": SIGNED}, ""),
    ("a bundle of somebody else", {"signed_by": ["Build Server"]}, {"signature": written(TEST.blob_bundle(UNIT))},
     "signed by Test Server"),
    ("a bundle of a stranger", {}, {"signature": written(STRANGER.blob_bundle(UNIT))}, "(bundle.key_not_trusted)"),
    ("a bundle in another name", {}, {"signature": FORGED}, "(bundle.bad_signature)"),
    ("a bundle of another unit", {}, {"signature": written(BUILD.blob_bundle(b"x"))}, "(bundle.other_file)"),
    ("keyless", {"signed_by": ["Build Server"]}, {"signature": keyless(BUILD.blob_bundle(UNIT))}, "(bundle.keyless)"),
    ("keyless, and nobody asks", {}, {"signature": keyless(BUILD.blob_bundle(UNIT))}, "(bundle.keyless)"),
    ("cut short", {}, {"signature": written(BUILD.blob_bundle(UNIT))[:-9]}, "(bundle.not_read)"),
    ("an envelope alone", {}, {"signature": written(BUILD.envelope(slsa(DIGEST)))}, "(bundle.other_format)"),
    ("more than is read", {}, {"signature": SIGNED + b" " * (1 << 20)}, "(bundle.not_read)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "given", "words"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED]
)
def test_what_rules_take_for_enough(
    origins: Origins, asked: dict[str, Any], given: dict[str, bytes], words: str
) -> None:
    records = {name: origins.master(name, content) for name, content in given.items()}
    signature = records.pop("signature", None)
    if records:
        origins.unit["provenance"] = records
    if signature is not None:
        origins.unit["signature"] = {"kind": "sigstore", "file": signature}
    origins.ask(**asked)
    if words:
        assert words in origins.reasons()
        return
    d = origins.run()
    assert d.state is State.COMPLETED
    if signature is not None:
        assert origins.seen(d).signer == SignerSeen(kind="sigstore", key=BUILD.key, person="Build Server")
        assert "signature.log_not_asked" in origins.seen(d).unseen


def test_a_project_brings_no_trust_in_the_signer_of_its_units(tmp_path: Path) -> None:
    keys, brought = FakeKeys(), Keyring(keys=(TEST.trusted(person="Mallory"),))
    keys.in_project = {tmp_path: brought}
    assert unit_keyring(keys, tmp_path) == brought
    keys.ring = Keyring(keys=(BUILD.trusted(),))
    assert unit_keyring(keys, tmp_path) == keys.ring


def test_a_revoked_key_refuses_signature_and_record(origins: Origins) -> None:
    lost = {"revoked_at": TRUSTED_AT, "revoked_by": "Ada", "revoked_because": "lost"}
    origins.builders.builders = Keyring(keys=(BUILD.trusted(**lost),))
    origins.unit["provenance"] = {"build_record": origins.master("r", SIGNED)}
    assert "the build record: the key of Build Server" in origins.reasons()
    del origins.unit["provenance"]
    bundle = written(BUILD.blob_bundle(UNIT))
    origins.unit["signature"] = {"kind": "sigstore", "file": origins.master("s", bundle)}
    assert "was revoked" in origins.reasons()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (slsa(DIGEST, "{second}"), ""),
        (slsa(DIGEST), "second 1: the build record is about other files"),
        (b"built on Friday", ""),
    ],
)
def test_two_units_with_one_record(origins: Origins, record: bytes, words: str) -> None:
    second = origins.master("second.bin", b"the second unit")
    named = origins.master("r", record.replace(b"{second}", second["sha256"].encode()))
    origins.unit["provenance"] = {"build_record": named}
    other = {
        "name": "second",
        "version": "1",
        "artefact": second["path"],
        "sha256": second["sha256"],
        "library": "central",
        "provenance": {"build_record": named},
    }
    origins.tree["release"]["units"].append(other)
    if words:
        assert words in origins.reasons()
        return
    d = origins.run()
    assert d.state is State.COMPLETED
    assert [unit.name for unit in origins.events(d, e.ComponentsVerified)[-1].units] == ["shop", "second"]
    assert len(list((origins.home / "media" / "sha256").iterdir())) == 3
