"""Keys of sigstore on the command line: trusted as a refusal says, and signatures that OpenSSL made with them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.cli.main import run
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.errors import Refused
from tests.cli.office import Office, office
from tests.worlds.people import TRUSTED_AT

ALGORITHMS = {
    "ecdsa-p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed25519": ["-algorithm", "ED25519"],
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return office(tmp_path, monkeypatch, capsys)


def openssl(*words: str) -> None:
    ended = process.run(["openssl", *words], timeout=60.0)
    assert ended.exit_code == 0, ended.errors


def signed_by_openssl(folder: Path, algorithm: str) -> SignedFile:
    """A unit, `cosign.pub`, and the bundle in the format of cosign; every byte of it is of OpenSSL."""
    unit, private, signature = folder / "unit", str(folder / "cosign.key"), folder / "signature"
    unit.write_bytes(b"the release" * 1000)
    openssl("genpkey", *ALGORITHMS[algorithm], "-out", private)
    openssl("pkey", "-in", private, "-pubout", "-out", str(folder / "cosign.pub"))
    raw = ["-rawin"] if algorithm == "ed25519" else ["-rawin", "-digest", "sha256"]
    openssl("pkeyutl", "-sign", "-inkey", private, *raw, "-in", str(unit), "-out", str(signature))
    digest = hashlib.sha256(unit.read_bytes())
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": ""}},
        "messageSignature": {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": base64.b64encode(digest.digest()).decode(),
            },
            "signature": base64.b64encode(signature.read_bytes()).decode(),
        },
    }
    (folder / "unit.sigstore.json").write_text(json.dumps(bundle))
    return SignedFile("sigstore", unit, digest.hexdigest(), folder / "unit.sigstore.json")


def now() -> datetime:
    return TRUSTED_AT


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_trusted_as_the_refusal_says_and_its_bundle_counts(
    desk: Office, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    signed = signed_by_openssl(desk.folder, algorithm)
    monkeypatch.chdir(desk.folder)
    keys = FolderKeys(desk.folder / "home", now=now)
    with pytest.raises(Refused, match=r"bundle\.key_not_trusted") as refused:
        keys.unit_signer(signed, keys.keyring(None))
    printed = re.search(r"orch (keys trust \S+ --machine NAME)", str(refused.value))
    assert printed is not None
    assert run([*shlex.split(printed[1])[:-1], "Build Server"]) == 0
    assert "the machine Build Server, in no role" in desk.output()
    signer = keys.unit_signer(signed, keys.keyring(None))
    assert (signer.kind, signer.person) == ("sigstore", "Build Server")
    assert run(["keys", "list"]) == 0
    assert "sigstore" in desk.output()
    assert run(["keys", "revoke", signer.key[:16], "--reason", "lost"]) == 0
    with pytest.raises(Refused, match=r"bundle\.key_revoked"):
        keys.unit_signer(signed, keys.keyring(None))


def test_it_is_trusted_for_no_person_and_in_no_role(desk: Office) -> None:
    signed_by_openssl(desk.folder, "ecdsa-p256")
    public = str(desk.folder / "cosign.pub")
    for words in ([], ["--person", "Li Wei", "--role", "change manager"]):
        assert run(["keys", "trust", public, *words]) == 2
        assert "name what holds it with --machine NAME" in desk.output()
    assert run(["keys", "trust", public, "--machine", "ci", "--role", "rehearsal issuer"]) == 2
    assert "a key of a machine in no role" in desk.output()
