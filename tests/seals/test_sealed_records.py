"""A sealed record that was changed is found by orch, and by the program that shares no code with it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement, verified
from orchestrator.errors import OrchError
from orchestrator.verifier import verify_record
from tests.fakes.clock import FakeClock
from tests.seals.record_mutations import MUTATIONS, mutated
from tests.seals.sealed_home import SealedHome, sealed_home
from tests.seals.wired import ports_of

SLICE = 100
WHOLE = 15_000


@dataclass(frozen=True)
class Made:
    """A home, a sealed record of it, and the line of its key."""

    home: SealedHome
    record: Path
    key: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    home = sealed_home(folder / "home")
    ports = ports_of(home.place)
    records = ports.journal.read("d1")
    from orchestrator.engine.lookup.deployment_lookup import find

    statement = sealed_statement(ports, find(ports, "d1"), records, ())
    file = folder / "d1.json"
    file.write_bytes(enveloped(ports, statement))
    return Made(home, file, home.keys().own()[-1].key)


def alone(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The verifier as an auditor runs it: the one file, in a folder where nothing else is."""
    program = Path(verify_record.__file__)
    words = [sys.executable, "-I", str(program), str(file), *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=file.parent)


def proved_by_orch(made: Made, content: bytes) -> bool:
    try:
        return verified(ports_of(made.home.place), content).verdict.proved
    except OrchError:
        return False


def test_a_clean_record_is_proved_and_says_what_it_does_not_prove(made: Made) -> None:
    verdict = verified(ports_of(made.home.place), made.record.read_bytes()).verdict
    assert verdict.proved
    assert [code for code, _ in verdict.unproved] == ["not_anchored", "later_events"]


def test_elsewhere_the_key_is_not_known(made: Made, tmp_path: Path) -> None:
    ports = ports_of(SealedHome(tmp_path / "other").place)
    lacks = [code for code, _ in verified(ports, made.record.read_bytes()).verdict.unproved]
    assert "key_not_known" in lacks
    known = [code for code, _ in verified(ports, made.record.read_bytes(), [made.key]).verdict.unproved]
    assert "key_not_known" not in known


def test_a_record_that_none_of_the_named_keys_signed_is_a_finding(made: Made, tmp_path: Path) -> None:
    other = FolderSealKeys(tmp_path / "other", FakeClock().now).own()[-1].key
    for home in (made.home.place, SealedHome(tmp_path / "elsewhere").place):
        verdict = verified(ports_of(home), made.record.read_bytes(), [other]).verdict
        assert [finding.code for finding in verdict.findings] == ["seal.key_other"]
        assert not verdict.proved
        assert verified(ports_of(home), made.record.read_bytes(), [other, made.key]).verdict.proved
    ran = alone(made.record, "--key", other)
    assert ran.returncode == 1
    assert "none of the keys that you named signed it" in ran.stdout
    assert (
        alone(made.record, "--key", other, "--key", f"{made.key}  since 2026-01-01 00:00 UTC").returncode == 0
    )
    ran = alone(made.record, "--key", "orch-x-1+00000000+AA")
    assert (ran.returncode, "--key 'orch-x-1+00000000+AA' is no line of orch record key" in ran.stderr) == (
        2,
        True,
    )


def test_the_verifier_alone_agrees(made: Made) -> None:
    ran = alone(made.record, "--key", made.key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "integrity     intact" in ran.stdout
    assert "you gave no --key" in alone(made.record).stdout


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_each_mutation_is_found_by_both(
    made: Made, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import random

    file = tmp_path / "changed.json"
    for seed in range(SLICE // len(MUTATIONS)):
        file.write_bytes(MUTATIONS[name](made.record.read_bytes(), random.Random(seed)))
        assert not proved_by_orch(made, file.read_bytes()), seed
        assert verify_record.main([str(file)]) != 0, seed
    capsys.readouterr()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifteen_thousand_mutations_are_found_by_both(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, file = made.record.read_bytes(), tmp_path / "changed.json"
    missed = []
    for seed in range(WHOLE):
        name, changed = mutated(content, seed)
        file.write_bytes(changed)
        if proved_by_orch(made, changed) or verify_record.main([str(file)]) == 0:
            missed.append((seed, name))
        capsys.readouterr()
    assert missed == []


def test_a_key_that_orch_revoked_seals_nothing_more(made: Made, tmp_path: Path) -> None:
    import shutil

    home = SealedHome(Path(shutil.copytree(made.home.place, tmp_path / "home")))
    ports = ports_of(home.place)
    ports.seals.signed_anew(lambda: ports.seal_keys.rotate("a backup was lost"))
    assert home.look().intact
    own = FolderSealKeys(home.place, FakeClock().now).own()
    assert [key.revoked is not None for key in own] == [True, False]
    assert verified(
        ports_of(home.place), made.record.read_bytes()
    ).verdict.proved  # the file knows of no revocation
    home.append("d1")
    assert home.look().key.endswith("-2")


def test_the_recipe_with_openssl_alone(made: Made, tmp_path: Path, root: Path) -> None:
    """The lines of the page, run as they stand there."""
    page = (root / "docs/sealed-records.md").read_text().partition("With openssl alone")[2]
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ")]
    script = tmp_path / "recipe.sh"
    script.write_text("\n".join(["set -euo pipefail", *lines]).replace("RECORD", str(made.record)))
    ran = subprocess.run(
        ["bash", str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "KEY": made.key},
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "Signature Verified Successfully"), ran.stderr
