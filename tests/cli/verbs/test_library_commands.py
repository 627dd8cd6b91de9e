"""`orch library` from the first file to the last copy, as its messages say."""

import hashlib
import json
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.cli.main import run
from orchestrator.domain.authority.signed_unit import SignedUnit
from tests.worlds.project import change, make, write


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan whose unit is in a library, a folder beside the project."""
    project = tmp_path / "project"
    project.mkdir()
    plan = make(project)
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCH_DISK_RESERVE", "1B")
    monkeypatch.chdir(project)
    (tmp_path / "masters").mkdir()
    (project / "dml/shop-2.4.0.tar.gz").rename(tmp_path / "masters/shop.tar.gz")
    change(plan, "artefact: dml/shop-2.4.0.tar.gz", "artefact: shop.tar.gz\n      library: central")
    text = f"orch: 1\nlibrary: central\ntitle: masters\nfolder: {tmp_path / 'masters'}\n"
    write(project, "libraries/central.yml", text)
    return plan


def test_libraries_are_listed_checked_and_described(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["list"], ["check"]):
        assert run(["library", *words]) == 0
        assert "central" in capsys.readouterr().out
    assert run(["library", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Media library"
    write(Path(), "libraries/central.yml", "orch: 1\nlibrary: central\ntitle: t\n")
    assert run(["library", "check"]) == 3


def test_copies_are_fetched_verified_and_removed(
    plan: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "check", str(plan), "--static"]) == 0
    assert "orch plan check copies it" in capsys.readouterr().out
    assert run(["library", "fetch", str(plan)]) == 0
    copy = next((tmp_path / "home/media/sha256").iterdir())
    assert str(copy) in capsys.readouterr().out
    assert run(["library", "verify"]) == 0
    assert "sound" in capsys.readouterr().out
    copy.chmod(0o600)
    copy.write_bytes(b"other")
    assert run(["library", "verify"]) == 4
    assert "orch library fetch PLAN copies them anew" in capsys.readouterr().err
    assert not copy.exists()
    assert run(["library", "fetch", str(plan)]) == 0
    assert run(["library", "prune", "--unused-for", "soon"]) == 2
    assert run(["library", "prune"]) == 0
    assert copy.exists()
    assert run(["library", "prune", "--unused-for", "1ms", "--dry-run"]) == 0
    assert copy.exists()
    assert run(["library", "prune", "--unused-for", "1ms"]) == 0
    assert not copy.exists()


def test_a_unit_that_is_gone_is_a_fault_with_its_line(
    plan: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "masters/shop.tar.gz").unlink()
    assert run(["plan", "check", str(plan)]) == 3
    assert (
        "release.units[0].artefact: expected shop.tar.gz of the media library central"
        in capsys.readouterr().err
    )
    assert run(["library", "fetch", str(plan)]) == 4
    assert "no such file in the library" in capsys.readouterr().err


def test_a_unit_is_signed_beside_it(plan: Path, tmp_path: Path) -> None:
    key = SigningKey.new()
    file = tmp_path / "key.pem"
    file.write_bytes(key.pem())
    file.chmod(0o600)
    unit = tmp_path / "masters/shop.tar.gz"
    assert run(["library", "sign", str(unit), "--key", str(file)]) == 0
    signed = SignedUnit.model_validate_json(unit.with_name("shop.tar.gz.orchsig").read_text())
    assert signed.unit.sha256 == hashlib.sha256(unit.read_bytes()).hexdigest()
    assert signed.signature.key == key.key


def test_a_signature_that_no_longer_counts_is_a_fault_of_the_check(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "new", "--file", str(tmp_path / "key.pem"), "--no-passphrase"]) == 0
    public = tmp_path / "key.pub.json"
    assert (
        run(["keys", "trust", str(public), "--person", "Build Server", "--role", "deployment manager"]) == 0
    )
    unit = tmp_path / "masters/shop.tar.gz"
    assert run(["library", "sign", str(unit), "--key", str(tmp_path / "key.pem")]) == 0
    digest = hashlib.sha256(unit.with_name("shop.tar.gz.orchsig").read_bytes()).hexdigest()
    signature = f"{{kind: ed25519, file: {{path: shop.tar.gz.orchsig, sha256: {digest}}}}}"
    change(plan, "library: central", f"library: central\n      signature: {signature}")
    capsys.readouterr()
    run(["plan", "check", str(plan)])
    assert "release.units[0].signature" not in "".join(capsys.readouterr())
    key = SignedUnit.model_validate_json(unit.with_name("shop.tar.gz.orchsig").read_text()).signature.key
    assert run(["keys", "revoke", key, "--reason", "stolen"]) == 0
    assert run(["plan", "check", str(plan)]) == 3
    assert (
        "release.units[0].signature: expected a signature that counts, found the key of Build Server was revoked"
        in (capsys.readouterr().err)
    )
