"""An export for an auditor that was changed in any file is found by orch, and by the programs that share no code with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.cli.main import run
from orchestrator.domain.seal.sample_draw import drawn
from orchestrator.verifier import verify_export
from tests.seals.sealed_home import SealedHome, sealed_home

PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")
SEED = "drawn in the meeting of 3 March"


@dataclass(frozen=True)
class Exported:
    """A home, an export of it, and the line of its key."""

    home: SealedHome
    place: Path
    key: str


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported")
    home = sealed_home(folder / "home", deployments=3)
    words = ("evidence", "export", *PERIOD, "--sample", "2", "--seed", SEED, "-o", str(folder / "out"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORCH_HOME", str(home.place))
        assert run(list(words)) == 0
    return Exported(home, folder / "out", home.keys().own()[-1].key)


@pytest.fixture
def copy(exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the export in a folder where there is no home."""
    monkeypatch.delenv("ORCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(exported.place, tmp_path / "out")
    return tmp_path / "out"


def by_orch(place: Path, key: str, screen: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    screen.readouterr()
    code = run(["evidence", "verify", str(place), "--key", key, "--json"])
    shown = screen.readouterr().out
    return code, json.loads(shown) if shown else {}


def alone(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The program as an auditor runs it, from a copy that did not come with the export."""
    program = Path(verify_export.__file__)
    words = [sys.executable, "-I", str(program), str(place), *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, cwd=place.parent)


def by_program(place: Path, key: str, screen: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The program in this process: its exit code, and what it prints."""
    screen.readouterr()
    code = verify_export.main([str(place), "--key", key])
    return code, screen.readouterr().out


def statement_of(place: Path) -> dict[str, Any]:
    statement: dict[str, Any] = json.loads(
        b64decode(json.loads((place / "manifest.json").read_text())["payload"])
    )
    return statement


def test_a_clean_export_is_proved_by_both_and_leaves_no_home(
    exported: Exported, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = by_orch(copy, exported.key, capsys)
    assert (code, answer["findings"], answer["deployments"], answer["draw"]["seed"]) == (0, [], 3, SEED)
    assert [each["code"] for each in answer["not_proved"]] == ["export_not_anchored"]
    ran = alone(copy, "--key", exported.key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "intact and whole" in ran.stdout
    assert "you gave no --key" in alone(copy).stdout
    assert run(["evidence", "verify", str(copy), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "export_key_not_known" in {each["code"] for each in answer["not_proved"]}
    assert run(["evidence", "verify", str(copy), "--key", "orch-x"]) == 2
    capsys.readouterr()
    assert sorted(each.name for each in copy.parent.iterdir()) == ["out"]


def test_only_its_owner_reads_it(exported: Exported) -> None:
    modes = {file.stat().st_mode & 0o777 for file in exported.place.rglob("*") if file.is_file()}
    assert modes == {0o600}
    assert exported.place.stat().st_mode & 0o777 == 0o700


def test_the_sample_is_drawn_again_with_a_shell(exported: Exported) -> None:
    export = statement_of(exported.place)["predicate"]
    ids = "".join(f"{each['deployment']}\n" for each in export["population"])
    digests = 'while read -r id; do printf \'%s %s\\n\' "$(printf \'%s\\n%s\' "$0" "$id" | sha256sum | cut -c1-64)" "$id"; done'
    words = ["sh", "-c", f"{digests} | sort | head -n 2 | cut -d' ' -f2", SEED]
    ran = subprocess.run(words, input=ids, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == list(export["sample"])


@given(st.sets(st.text(min_size=1, max_size=8), max_size=30), st.integers(1, 10), st.text(max_size=8))
@settings(max_examples=25, deadline=None)
def test_a_draw_depends_on_the_set_alone_and_changes_by_what_comes_or_goes(
    names: set[str], size: int, seed: str
) -> None:
    sample = drawn(sorted(names, reverse=True), size, seed)
    assert sample == drawn(names, size, seed)
    assert len(sample) == min(size, len(names))
    for gone in list(names)[:3]:
        left = drawn(names - {gone}, size, seed)
        assert set(sample) - {gone} <= set(left)


Change = Callable[[Path], None]


def _edit(name: str, old: bytes, new: bytes) -> Change:
    def change(place: Path) -> None:
        file = place / name
        content = file.read_bytes()
        assert old in content
        file.write_bytes(content.replace(old, new, 1))

    return change


def _of_manifest(edit: Callable[[dict[str, Any]], object]) -> Change:
    """The manifest says something else, and its signature is the old one."""

    def change(place: Path) -> None:
        file = place / "manifest.json"
        envelope = json.loads(file.read_text())
        statement = json.loads(b64decode(envelope["payload"]))
        edit(statement)
        envelope["payload"] = b64encode(json.dumps(statement).encode()).decode()
        file.write_text(json.dumps(envelope))

    return change


def _swap(place: Path) -> None:
    first, other = sorted((place / "records").iterdir())
    content = first.read_bytes()
    first.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _shorten(place: Path) -> None:
    lines = (place / "log.txt").read_text().splitlines(keepends=True)
    (place / "log.txt").write_text("".join(lines[:-1]))


def _add(name: str) -> Change:
    def change(place: Path) -> None:
        (place / name).write_text("{}")

    return change


def _link(place: Path) -> None:
    file = place / "population.csv"
    content = file.read_bytes()
    file.unlink()
    (place.parent / "elsewhere.csv").write_bytes(content)
    file.symlink_to(place.parent / "elsewhere.csv")


CHANGES: dict[str, Change] = {
    "a page is edited": _edit("README.md", b"Export", b"Exploit"),
    "the list is edited": _edit("population.csv", b"d1", b"d9"),
    "a head of the log is edited": _edit("log.txt", b"d3 3 ", b"d3 2 "),
    "a line of the log is gone": _shorten,
    "a record is gone": lambda place: next((place / "records").iterdir()).unlink(),
    "records are swapped": _swap,
    "a file is added": _add("records/d9.orch-record.json"),
    "a file is added below": _add("maps/extra.json"),
    "a file is a link": _link,
    "the evidence is edited": _edit("evidence/period.json", b'"held"', b'"hold"'),
    "a verifier is edited": _edit("verify_export.py", b"sys.exit(main())", b"sys.exit(0)"),
    "another sample": _of_manifest(lambda s: s["predicate"]["sample"].reverse()),
    "another seed": _of_manifest(lambda s: s["predicate"]["draw"].update(seed="mine")),
    "another period": _of_manifest(lambda s: s["predicate"]["period"].update(begins="2026-02-01T00:00:00Z")),
    "a deployment less": _of_manifest(lambda s: s["predicate"]["population"].pop()),
    "another end": _of_manifest(lambda s: s["predicate"]["population"][0].update(state="completed")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found_by_both(
    exported: Exported, copy: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    CHANGES[what](copy)
    code, answer = by_orch(copy, exported.key, capsys)
    assert (code, bool(answer["findings"])) == (13, True)
    assert by_program(copy, exported.key, capsys)[0] == 1


def test_who_holds_the_key_cannot_leave_a_deployment_out_unnamed(
    exported: Exported, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed anew by the same key, without a deployment that the log has."""

    def shorter(statement: dict[str, Any]) -> None:
        listed = statement["predicate"]["population"]
        sample = statement["predicate"]["sample"]
        listed.remove(next(each for each in listed if each["deployment"] not in sample))

    _of_manifest(shorter)(copy)
    payload = b64decode(json.loads((copy / "manifest.json").read_text())["payload"])
    (copy / "manifest.json").write_bytes(exported.home.keys().enveloped(payload))
    code, answer = by_orch(copy, exported.key, capsys)
    assert (code, [each["code"] for each in answer["findings"]]) == (13, ["export.deployment_missing"])
    ended, shown = by_program(copy, exported.key, capsys)
    assert (ended, "does not account for it" in shown) == (1, True)


def test_another_draw_that_is_signed_is_found(
    exported: Exported, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _of_manifest(lambda s: s["predicate"]["draw"].update(seed="a kinder one"))(copy)
    payload = b64decode(json.loads((copy / "manifest.json").read_text())["payload"])
    (copy / "manifest.json").write_bytes(exported.home.keys().enveloped(payload))
    code, answer = by_orch(copy, exported.key, capsys)
    assert (code, [each["code"] for each in answer["findings"]]) == (13, ["export.sample_not_drawn"])
    assert "draws another sample" in by_program(copy, exported.key, capsys)[1]


def test_an_export_of_another_key_is_found_by_the_key_that_is_named(
    exported: Exported, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody makes a store and an export of their own, in which everything fits."""
    other = sealed_home(tmp_path / "another", deployments=1).keys().own()[-1].key
    code, answer = by_orch(copy, other, capsys)
    assert (code, [each["code"] for each in answer["findings"]]) == (13, ["export.key_other"])
    assert by_program(copy, other, capsys)[0] == 1


def test_a_deployment_twice_in_the_list_is_found(
    exported: Exported, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _of_manifest(lambda s: s["predicate"]["population"].append(s["predicate"]["population"][0]))(copy)
    payload = b64decode(json.loads((copy / "manifest.json").read_text())["payload"])
    (copy / "manifest.json").write_bytes(exported.home.keys().enveloped(payload))
    code, answer = by_orch(copy, exported.key, capsys)
    assert (code, [each["code"] for each in answer["findings"]]) == (13, ["export.deployment_twice"])
    assert by_program(copy, exported.key, capsys)[0] == 1


def test_an_archive_is_the_same(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_HOME", str(exported.home.place))
    monkeypatch.chdir(tmp_path)
    assert run(["evidence", "export", *PERIOD, "--pick", "d3,d1", "-o", "out.zip"]) == 0
    assert "orch evidence verify out.zip" in capsys.readouterr().out
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv("ORCH_HOME")
    code, answer = by_orch(tmp_path / "out.zip", exported.key, capsys)
    assert (code, answer["sample"]) == (0, ["d3", "d1"])
    assert {each["code"] for each in answer["not_proved"]} == {"export_not_anchored", "export_picked"}
    assert alone(tmp_path / "out.zip", "--key", exported.key).returncode == 0
    with zipfile.ZipFile("out.zip", "a") as archive:
        archive.writestr("more.txt", "x")
    assert by_orch(tmp_path / "out.zip", exported.key, capsys)[0] == 13
    assert by_program(tmp_path / "out.zip", exported.key, capsys)[0] == 1


def test_what_is_no_export_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ORCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "manifest.json").write_text(
        '{"payload": "e30=", "payloadType": "x", "signatures": []}'
    )
    os.mkfifo(tmp_path / "pipe")
    for name in ("empty", "bad.zip", "odd", "pipe"):
        assert run(["evidence", "verify", name]) == 2
        assert "no export of orch" in capsys.readouterr().err
        ran = alone(tmp_path / name)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)


def test_a_place_that_is_taken_is_left_alone(
    exported: Exported, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_HOME", str(exported.home.place))
    before = hashlib.sha256((exported.place / "log.txt").read_bytes()).hexdigest()
    assert run(["evidence", "export", *PERIOD, "--sample", "1", "-o", str(exported.place)]) == 2
    assert "expected a new folder" in capsys.readouterr().err
    assert hashlib.sha256((exported.place / "log.txt").read_bytes()).hexdigest() == before


def test_a_store_that_is_damaged_is_not_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = sealed_home(tmp_path / "home", deployments=2)
    monkeypatch.setenv("ORCH_HOME", str(home.place))
    monkeypatch.chdir(tmp_path)
    home.by_hand("update events set body = replace(body, 'tea 1', 'tea 9') where deployment = 'd1'")
    assert run(["evidence", "export", *PERIOD, "--pick", "d1", "-o", "out"]) == 13
    assert "orch record verify" in capsys.readouterr().err
    home.by_hand("delete from seal_log where deployment = 'd2'")
    assert run(["evidence", "export", *PERIOD, "--pick", "d2", "-o", "out"]) == 13
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home"]


def test_the_programs_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", "verifier"]) == 0
    assert capsys.readouterr().out == Path(verify_export.__file__).read_text(encoding="utf-8")
