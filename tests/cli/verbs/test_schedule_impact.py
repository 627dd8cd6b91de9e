"""`orch schedule impact` prints what a change touches, warns of unknown names, and ends with 10 or 0."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import command_line
from tests.worlds.fleet import Fleet

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    made = Fleet(home=tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def orch(house: Fleet, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: Any) -> tuple[int, str, str]:
        code = command_line.orch(house, [str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def add(house: Fleet, orch: Run) -> None:
    shop = house.plan(
        "shop.yml", "web1", "web2", release={"service": "shop", "depends_on": ["pay"], "rfcs": ["RFC-1"]}
    )
    assert orch("schedule", "add", shop, "--at", "in 1h")[0] == 0


def test_what_a_change_touches_is_shown_with_its_way(house: Fleet, orch: Run) -> None:
    add(house, orch)
    code, output, _ = orch("schedule", "impact", "--service", "pay", "--machine", "web2")
    assert code == 10
    first, *ways = output.splitlines()
    assert "app 2.0 to test, RFC-1" in first
    assert ways == ["  pay: it depends on it: shop > pay", "  web2: it runs on the host web2"]


def test_nothing_is_touched_and_the_name_is_unknown(house: Fleet, orch: Run) -> None:
    add(house, orch)
    code, output, _ = orch("schedule", "impact", "--ci", "wbe1")
    assert code == 0
    assert output.splitlines() == [
        "No plan on record knows wbe1; did you mean web1?",
        "No planned release is touched.",
    ]


def test_a_range_and_json(house: Fleet, orch: Run) -> None:
    add(house, orch)
    code, output, _ = orch("schedule", "impact", "--ci", "web1", "--until", "in 30m", "--json")
    answer = json.loads(output)
    assert (code, answer["touched"], answer["unknown"]) == (0, [], [])
    code, output, _ = orch("schedule", "impact", "--ci", "web1", "--json")
    [touched] = json.loads(output)["touched"]
    assert code == 10
    assert touched["touches"] == [{"name": "web1", "relation": "host", "what": "web1"}]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--ci", " "),
        ("--ci", "web1", "--from", "in 2h", "--until", "in 1h"),
        ("--ci", "x", "--from", "soon"),
    ],
)
def test_what_makes_no_sense_is_a_fault_of_use(orch: Run, words: tuple[str, ...]) -> None:
    assert orch("schedule", "impact", *words)[0] == 2


def test_a_dependency_that_a_person_recorded_leads_to_a_release(house: Fleet, orch: Run) -> None:
    add(house, orch)
    assert orch("cmdb", "relate", "service:pay", "depends_on", "service:vault")[0] == 0
    code, output, errors = orch("schedule", "impact", "--service", "vault")
    assert code == 10
    assert "vault: it depends on it: shop > pay > vault" in output
    assert errors == ""
