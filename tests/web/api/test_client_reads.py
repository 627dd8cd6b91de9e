"""What a client of a server prints is what the command prints where the home is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.bootstrap.service_ports import service_ports
from orchestrator.cli.main import run
from tests.worlds.api_server import answering
from tests.worlds.served import TOKEN, BearerDoors, access
from tests.worlds.served_home import REVIEWED, RUNNING, SCHEDULED, home_with_history

Screen = pytest.CaptureFixture[str]
ENDED = "residue"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with_history(tmp_path_factory.mktemp("reads"))


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    doors = BearerDoors(access("viewer").model_copy(update={"channel": "token", "scopes": ("see",)}))
    with answering(service_ports(home, home / "no-house.yml"), doors, home=home) as address:
        yield address


@pytest.fixture(autouse=True)
def _of_the_home(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCH_HOME", str(home))
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--json"],
        ["list"],
        ["status", RUNNING, "--json"],
        ["status", ENDED],
        ["record", "show", ENDED, "--json"],
        ["pir", "show", REVIEWED, "--json"],
        ["actions", "--json"],
        ["objectives", ENDED, "--json"],
        ["schedule", "list", "--from", "2026-03-01", "--to", "2026-12-31", "--json"],
        ["schedule", "conflicts", SCHEDULED, "--json"],
        ["schedule", "impact", "--service", "shop", "--json"],
        ["incident", "list", "--json"],
        ["release", "list", "--json"],
        ["release", "show", "shop", "9.0", "--json"],
        ["report", "--from", "2026-03-01", "--to", "2026-03-10", "--json"],
        ["locks", "--json"],
        ["cmdb", "list", "--json"],
        ["cmdb", "audits", "--json"],
        ["messages", "list", ENDED, "--json"],
        ["environment", "list", "--json"],
        ["environment", "show", "lab-staging", "--json"],
    ],
    ids=" ".join,
)
def test_a_look_prints_there_what_it_prints_here(url: str, words: list[str], capsys: Screen) -> None:
    here_code, here = run(words), capsys.readouterr()
    there_code, there = run(["--server", url, *words]), capsys.readouterr()
    assert (there_code, _without_moments(there.out)) == (here_code, _without_moments(here.out)), there.err


def _without_moments(text: str) -> list[object]:
    """The lines; of JSON the objects, without when they were made and what the store itself says of its seal."""
    lines: list[object] = []
    for line in text.splitlines():
        item = json.loads(line) if line.startswith("{") else line
        lines.append(_lasting(item))
    return lines


def _lasting(item: object) -> object:
    passing = ("made", "seconds", "seals")
    if isinstance(item, dict):
        return {name: _lasting(value) for name, value in item.items() if name not in passing}
    return [_lasting(each) for each in item] if isinstance(item, list) else item


@pytest.mark.parametrize(("option", "file"), [("--csv", "checks.csv"), ("--junit", "checks.xml")])
def test_files_of_a_record_are_those_of_the_server(
    url: str, option: str, file: str, tmp_path: Path, capsys: Screen
) -> None:
    assert run(["record", "show", ENDED, option, str(tmp_path / f"here-{file}")]) == 0
    assert run(["--server", url, "record", "show", ENDED, option, str(tmp_path / f"there-{file}")]) == 0
    assert (tmp_path / f"there-{file}").read_bytes() == (tmp_path / f"here-{file}").read_bytes()


def test_a_sealed_record_that_a_client_took_is_verified_without_the_server(
    url: str, tmp_path: Path, capsys: Screen
) -> None:
    file = tmp_path / "sealed.json"
    assert run(["--server", url, "record", "seal", ENDED, "--out", str(file)]) == 0
    os.environ.pop("ORCH_TOKEN")
    assert run(["record", "verify", str(file), "--json"]) in {0, 13}
    assert ENDED in capsys.readouterr().out
