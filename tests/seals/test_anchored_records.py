"""A sealed record carries what anchors outside have seen; a forged or another time stamp is found by both verifiers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.sealed_record import SealedStatement
from orchestrator.domain.seal.verification import RecordVerdict
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement, verified
from orchestrator.verifier import verify_record
from tests.seals.anchored_home import AnchoredHome, anchored_home
from tests.seals.record_mutations import Json, statement_of
from tests.seals.wired import ports_of
from tests.worlds.stamp_authority import make_authority, stamp_of


@dataclass(frozen=True)
class Made:
    """An anchored home, and the sealed record of d1 from it."""

    anchored: AnchoredHome
    record: Path

    def verdict(self, content: bytes | None = None, tsa_ca: str = "") -> RecordVerdict:
        ports = ports_of(self.anchored.home.place)
        return verified(ports, content or self.record.read_bytes(), tsa_ca=tsa_ca).verdict

    def signed(self, change: Callable[[Json], None]) -> bytes:
        """The record with a change, enveloped with orch's own key."""
        statement = statement_of(self.record.read_bytes())
        change(statement["predicate"])
        noun = SealedStatement.model_validate_json(json.dumps(statement))
        return enveloped(ports_of(self.anchored.home.place), noun)

    @property
    def ca_file(self) -> str:
        return str(self.anchored.authority.ca_file)


def sealed(anchored: AnchoredHome, file: Path) -> Path:
    ports = ports_of(anchored.home.place)
    file.write_bytes(
        enveloped(ports, sealed_statement(ports, find(ports, "d1"), ports.journal.read("d1"), ()))
    )
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Anchored, and then driven on in another deployment: the anchors are of the log's beginning, with all of d1."""
    folder = tmp_path_factory.mktemp("made")
    with anchored_home(folder) as anchored:
        anchored.settle()
        for number in range(3):
            anchored.home.append("d2", e.Paused(by="ann", reason=f"tea {number}"))
        yield Made(anchored, sealed(anchored, folder / "d1.json"))


def alone(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-I", str(Path(verify_record.__file__)), str(file), *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=file.parent)


def stamps_of(record: Json) -> Json:
    anchor: Json = next(each for each in record["anchors"] if each["kind"] == "rfc3161")
    return anchor


def test_a_record_says_who_has_seen_it(made: Made) -> None:
    verdict = made.verdict()
    assert verdict.proved
    assert {each.anchor.kind: (each.worth, each.covers) for each in verdict.anchored} == {
        "rfc3161": ("good", True),
        "git": ("good", True),
        "file": ("good", True),
    }
    assert [code for code, _ in verdict.unproved] == ["later_events"]


def test_openssl_accepts_the_time_stamp_as_it_is_in_the_record(made: Made, tmp_path: Path) -> None:
    anchor = stamps_of(statement_of(made.record.read_bytes())["predicate"])
    (tmp_path / "checkpoint").write_text(anchor["checkpoint"])
    (tmp_path / "answer.tsr").write_bytes(base64.b64decode(anchor["proof"]))
    words = ["openssl", "ts", "-verify", "-data", "checkpoint", "-in", "answer.tsr", "-CAfile", made.ca_file]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert (ran.returncode, ran.stdout.strip()) == (0, "Verification: OK"), ran.stderr


def test_the_verifier_alone_verifies_the_time_stamp_and_says_where_to_look(made: Made) -> None:
    ran = alone(made.record, "--tsa-ca", made.ca_file)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"UTC by '{made.anchored.authority.url}'" in ran.stdout
    assert "was verified" not in ran.stdout
    assert "anchors.git main' in commit '" in ran.stdout
    without = alone(made.record)
    assert without.returncode == 0
    assert "name its authority with --tsa-ca" in without.stdout
    assert "no time stamp that has all of it was verified" in without.stdout


def test_elsewhere_the_authority_must_be_named(made: Made, tmp_path: Path) -> None:
    """Another machine knows none of the anchors."""
    ports = ports_of(tmp_path / "other")
    content = made.record.read_bytes()
    lacks = dict(verified(ports, content).verdict.unproved)
    assert {"not_anchored", "stamp_not_verified", "anchor_not_compared"} <= lacks.keys()
    assert lacks["anchor_not_compared"] == 2
    assert "not_anchored" not in dict(verified(ports, content, tsa_ca=made.ca_file).verdict.unproved)


def _other_content(made: Made, record: Json, folder: Path) -> None:
    tsa = made.anchored.folder / "tsa"
    stamps_of(record)["proof"] = base64.b64encode(stamp_of(tsa, b"another content")).decode()


def _other_authority(made: Made, record: Json, folder: Path) -> None:
    make_authority(folder / "forger")
    anchor = stamps_of(record)
    anchor["proof"] = base64.b64encode(stamp_of(folder / "forger", anchor["checkpoint"].encode())).decode()


def _flipped(made: Made, record: Json, folder: Path) -> None:
    content = bytearray(base64.b64decode(stamps_of(record)["proof"]))
    content[-9] ^= 1
    stamps_of(record)["proof"] = base64.b64encode(bytes(content)).decode()


def _none(made: Made, record: Json, folder: Path) -> None:
    stamps_of(record)["proof"] = ""


def _odd(made: Made, record: Json, folder: Path) -> None:
    stamps_of(record)["proof"] = "AAA"


def _other_log(made: Made, record: Json, folder: Path) -> None:
    """What a key holder signs, and has stamped, is no beginning of the record's log."""
    from orchestrator.adapters.keys.seal_keys import FolderSealKeys
    from orchestrator.domain.seal.checkpoint import Checkpoint
    from tests.fakes.clock import FakeClock

    keys = FolderSealKeys(made.anchored.home.place, FakeClock().now)
    note = keys.signed(Checkpoint(record["origin"], 5, b"\7" * 32))
    proof = base64.b64encode(stamp_of(made.anchored.folder / "tsa", note.encode())).decode()
    stamps_of(record).update(checkpoint=note, proof=proof)


def _other_hashes(made: Made, record: Json, folder: Path) -> None:
    stamps_of(record)["consistency"][0] = "ab" * 32


FORGED: dict[str, Callable[[Made, Json, Path], None]] = {
    "a stamp of something else": _other_content,
    "a stamp by another authority": _other_authority,
    "a flipped bit": _flipped,
    "no stamp": _none,
    "no base64": _odd,
    "a stamped checkpoint of another log": _other_log,
    "other hashes between the two": _other_hashes,
}


@pytest.mark.parametrize("what", sorted(FORGED))
def test_a_forged_or_other_time_stamp_is_found_by_both(made: Made, tmp_path: Path, what: str) -> None:
    """With orch's own key on the envelope: nothing but the stamp tells."""
    content = made.signed(lambda record: FORGED[what](made, record, tmp_path))
    verdict = made.verdict(content)
    assert [each.code for each in verdict.findings] == ["seal.anchor_bad"]
    file = tmp_path / "forged.json"
    file.write_bytes(content)
    ran = alone(file, "--tsa-ca", made.ca_file)
    assert ran.returncode in ({2} if what == "no base64" else {1}), ran.stdout + ran.stderr


@pytest.mark.parametrize("kind", ["git", "file"])
def test_what_a_repository_or_file_does_not_have_is_found_where_it_can_be_seen(made: Made, kind: str) -> None:
    def change(record: Json) -> None:
        anchor = next(each for each in record["anchors"] if each["kind"] == kind)
        anchor["checkpoint"], anchor["consistency"] = record["log"]["checkpoint"], []

    verdict = made.verdict(made.signed(change))
    assert [each.code for each in verdict.findings] == ["seal.anchor_bad"]


def test_an_anchor_that_has_not_seen_the_newest_proves_nothing_of_it(made: Made, tmp_path: Path) -> None:
    with anchored_home(tmp_path / "another") as anchored:
        anchored.settle()
        anchored.home.append("d1", e.Paused(by="ann", reason="after the anchor"))
        late = Made(anchored, sealed(anchored, tmp_path / "late.json"))
        verdict = late.verdict()
        assert [each.covers for each in verdict.anchored] == [False] * 3
        assert verdict.proved
        assert "not_anchored" in dict(verdict.unproved)
        assert "no time stamp that has all of it" in alone(late.record, "--tsa-ca", late.ca_file).stdout


def test_a_record_in_other_hands_tells_of_an_older_store_and_of_a_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No anchor is needed: the record has a checkpoint itself."""
    with anchored_home(tmp_path) as anchored:
        monkeypatch.setenv("ORCH_HOME", str(anchored.home.place))
        backup = anchored.copied()
        anchored.home.append("d1", e.Paused(by="ann", reason="what happened"))
        record = str(sealed(anchored, tmp_path / "d1.json"))
        assert run(["record", "verify", record]) == 0
        assert "The log of the store here goes on from it." in capsys.readouterr().out
        anchored.restored(backup)
        assert run(["record", "verify", record]) == 13
        assert "an OLDER one" in capsys.readouterr().out
        anchored.home.append("d1", e.Paused(by="ann", reason="what did not"))
        assert run(["record", "verify", record, "--json"]) == 13
        answer = json.loads(capsys.readouterr().out)
        assert (answer["integrity"], answer["store_here"]) == ("intact", "forked")
