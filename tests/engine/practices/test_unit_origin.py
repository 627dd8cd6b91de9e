"""Units of media libraries from plan to host: copied once, placed in the private copy, verified before the first touch."""

from __future__ import annotations

from pathlib import Path
from shutil import which
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.domain.authority.signed_unit import SignedUnit, UnitStatement, payload
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.evidence.unit_evidence import SignerSeen
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.library import LibraryKnown
from orchestrator.errors import PlanFault
from orchestrator.policy.telling.words.unit_words import origin_words
from tests.worlds.people import TRUSTED_AT
from tests.worlds.unit_origins import BUILDER, DIGEST, UNIT, Origins, enveloped, slsa


@pytest.fixture
def origins(tmp_path: Path) -> Origins:
    return Origins(tmp_path)


def test_a_unit_of_a_library_is_deployed_from_the_private_copy_and_its_source_is_on_record(
    origins: Origins,
) -> None:
    d = origins.run()
    assert d.state is State.COMPLETED
    place = Path(d.private_copy.folder or "") / ".orch-media/central/shop.bin"
    assert place.read_bytes() == UNIT
    variables = origins.playbooks.started[0].variables
    assert variables["orch"]["units"]["shop"]["artefact"] == str(place)  # type: ignore[call-overload, index]
    assert origins.seen(d).source == str(origins.masters / "shop.bin")
    assert d.preparation.units == (origins.seen(d),)


def test_a_unit_that_the_library_does_not_give_is_a_fault_of_the_plan(origins: Origins) -> None:
    (origins.masters / "shop.bin").write_bytes(b"other")
    with pytest.raises(
        PlanFault,
        match=r"release.units\[0\].artefact: expected shop.bin of the media library central, .* has digest",
    ):
        origins.run()
    origins.unit["library"] = "centra"
    with pytest.raises(PlanFault, match=r"There is no media library centra; did you mean central\?"):
        origins.run()


def test_a_unit_that_changed_in_the_private_copy_is_put_back_from_the_cache_on_retry(
    origins: Origins,
) -> None:
    def tamper(request: Any) -> None:
        for place in (origins.home / "frozen").glob("*/.orch-media/central/shop.bin"):
            place.unlink()
            place.write_bytes(b"tampered")

    origins.playbooks.on_start = tamper
    held = origins.run()
    assert origins.events(held, e.DeploymentHeld)
    ended = origins.events(held, e.AttemptEnded)[-1]
    assert ended.changed_in_copy == ("artefacts (.orch-media/central/shop.bin changed)",)
    origins.playbooks.on_start = lambda request: None
    origins.say(held, e.Retried(by="ann", reason="the files are back"))
    assert origins.resume().state is State.COMPLETED
    assert origins.events(held, e.WaveAuthorised)[1].restored == (".orch-media/central/shop.bin",)


def test_records_and_signature_are_verified_and_told(origins: Origins) -> None:
    key = SigningKey.new()
    origins.builders.builders = Keyring(keys=(trusted(key),))
    statement = UnitStatement(sha256=DIGEST)
    signed = SignedUnit(unit=statement, signature=key.sign(payload(statement)))
    record = origins.master("record.json", enveloped(slsa(DIGEST)))
    report = origins.master("tests.xml", b"<testsuite/>")
    origins.unit["provenance"] = {
        "build_record": record,
        "test_report": report,
        "builder": BUILDER,
        "built_at": "2026-02-27T16:40:00Z",
    }
    origins.unit["signature"] = {
        "kind": "ed25519",
        "file": origins.master("shop.bin.orchsig", signed.model_dump_json().encode()),
    }
    origins.ask(provenance=True, test_report=True, signed_by=["Build Server"], libraries=["central"])
    d = origins.run()
    assert d.state is State.COMPLETED
    seen = origins.seen(d)
    assert (seen.signer, seen.builder) == (
        SignerSeen(kind="ed25519", key=key.key, person="Build Server"),
        BUILDER,
    )
    words = "; ".join(origin_words(seen))
    assert f"built by {BUILDER} at 2026-02-27T16:40:00+00:00 (in-toto statement about it" in words
    assert f"signed by Build Server (ed25519 key {key.key})" in words
    assert "the envelope of a record is signed by no key that is trusted here" in words


def trusted(key: SigningKey, **more: Any) -> TrustedKey:
    usual = {"person": "Build Server", "roles": ("builder",), "trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
    return TrustedKey(key=key.key, public=key.public, **{**usual, **more})


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (slsa("1" * 64), "none of its subjects has the unit's digest"),
        (slsa(), "none of its subjects has the unit's digest"),
        (enveloped(slsa("1" * 64)), "none of its subjects has the unit's digest"),
        (slsa(DIGEST, builder="https://elsewhere"), "names the builder https://elsewhere, and the plan"),
        (slsa(DIGEST, result="FAILED"), "has the result FAILED"),
    ],
)
def test_a_record_about_something_else_refuses(origins: Origins, record: bytes, words: str) -> None:
    origins.unit["provenance"] = {"build_record": origins.master("r.json", record), "builder": BUILDER}
    assert words in origins.reasons()


def test_a_record_that_is_gone_or_has_other_bytes_refuses(origins: Origins) -> None:
    named = origins.master("r.json", b"{}")
    origins.unit["provenance"] = {"build_record": named}
    (origins.masters / "r.json").write_bytes(b"{ }")
    assert "the build record cannot be had" in origins.reasons()
    (origins.masters / "r.json").unlink()
    assert "no such file in the library" in origins.reasons()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"revoked_at": TRUSTED_AT, "revoked_by": "Ada", "revoked_because": "lost"}, "was revoked"),
        ({"expires": TRUSTED_AT}, "expired at"),
        ({"person": "Mallory"}, "the rules ask for Build Server"),
        (None, "which is not trusted here"),
    ],
)
def test_a_signer_who_does_not_count_refuses(
    origins: Origins, change: dict[str, Any] | None, words: str
) -> None:
    key, statement = SigningKey.new(), UnitStatement(sha256=DIGEST)
    signed = SignedUnit(unit=statement, signature=key.sign(payload(statement)))
    origins.builders.builders = Keyring(keys=() if change is None else (trusted(key, **change),))
    origins.unit["signature"] = {
        "kind": "ed25519",
        "file": origins.master("s", signed.model_dump_json().encode()),
    }
    origins.ask(signed_by=["Build Server"])
    assert words in origins.reasons()


@pytest.mark.parametrize(("digest", "good"), [("2" * 64, True), (DIGEST, False)])
def test_a_signature_of_something_else_refuses(origins: Origins, digest: str, good: bool) -> None:  # noqa: FBT001
    key, statement = SigningKey.new(), UnitStatement(sha256=digest)
    signed = SignedUnit(unit=statement, signature=key.sign(payload(statement) + (b"" if good else b"x")))
    origins.builders.builders = Keyring(keys=(trusted(key),))
    origins.unit["signature"] = {
        "kind": "ed25519",
        "file": origins.master("s", signed.model_dump_json().encode()),
    }
    assert "is bad" in (reasons := origins.reasons()) or "of another file" in reasons


def test_rules_that_the_plan_does_not_meet_refuse_before_anything_is_copied(origins: Origins) -> None:
    origins.ask(provenance=True, test_report=True, signed_by=["Build Server"], libraries=["vault"])
    reasons = origins.reasons()
    for words in ("the build record", "the test report", "no signature", "one of the libraries vault"):
        assert words in reasons


def test_a_library_of_the_project_does_not_pass_for_one_of_the_house(origins: Origins) -> None:
    own = origins.known[0]._replace(house=False)
    other = own.noun.model_copy(update={"library": "vault"})
    origins.known = (own, LibraryKnown(other, "vault.yml", house=True))
    origins.ask(libraries=["central"])
    assert "central is none of the libraries central of the house" in origins.reasons()


@pytest.mark.skipif(which("gpg") is None, reason="GnuPG makes the signature; orch itself needs gpgv alone")
def test_a_signature_of_gnupg_is_verified_with_the_keyring_of_the_project(
    origins: Origins, tmp_path: Path
) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    run(*gpg, "--quick-generate-key", "Build Server <build@example.net>", "ed25519", "sign")
    run(*gpg, "--export", "--output", str(origins.project / "keys.gpg"))
    run(*gpg, "--detach-sign", "--output", str(tmp_path / "sig"), str(origins.masters / "shop.bin"))
    listed = run(*gpg, "--with-colons", "--list-keys").splitlines()
    fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
    run("gpgconf", "--homedir", str(home), "--kill", "all")
    file = origins.master("shop.bin.sig", (tmp_path / "sig").read_bytes())
    origins.unit["signature"] = {"kind": "gpg", "file": file, "keyring": "keys.gpg"}
    origins.ask(signed_by=[fingerprint])
    d = origins.run()
    assert d.state is State.COMPLETED
    assert origins.seen(d).signer == SignerSeen(kind="gpg", key=fingerprint)
    assert origins.seen(d).unseen == ("signature.expiry_not_asked",)
    origins.playbooks.started.clear()
    other = origins.master("other.sig", b"no signature")
    origins.unit["signature"] = {"kind": "gpg", "file": other, "keyring": "keys.gpg"}
    assert "gpgv finds no one good signature" in origins.reasons()


def run(*command: str) -> str:
    ended = process.run(command, timeout=60.0)
    assert ended.exit_code == 0, ended.errors
    return ended.output
