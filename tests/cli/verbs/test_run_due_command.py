"""`orch run-due`: a line for each entry, and how it ends."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.domain.evidence.outcome import HostResult
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    return Fleet(home=tmp_path / "home")


def called(house: Fleet, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = orch(house, ["run-due", *words])
    return code, capsys.readouterr().out.splitlines()


def test_nothing_is_due(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(house, capsys) == (0, [])


def test_what_is_started_is_followed_to_its_end(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    name = house.add(house.plan("shop.yml", "web1"), START + MINUTE).deployment.id
    house.clock.sleep(60)
    code, lines = called(house, capsys)
    assert code == 0
    assert lines[0].startswith(f"{name}: started: ")
    assert lines[1].startswith(f"{name}: ended: completed: ")


def test_once_leaves_what_was_started_to_itself(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    house.add(house.plan("shop.yml", "web1"), START + MINUTE)
    house.clock.sleep(60)
    code, lines = called(house, capsys, "--once", "--json")
    assert (code, [json.loads(line)["what"] for line in lines]) == (0, ["started"])


def test_the_worst_end_is_the_exit_code(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    failed: HostResult = "not_done"
    house.playbooks.script("deploy", ["web2"], Script(results={"web2": failed}))
    for name, host in (("a.yml", "web1"), ("b.yml", "web2"), ("c.yml", "web3")):
        house.add(house.plan(name, host), START + MINUTE)
    house.clock.sleep(60)
    code, lines = called(house, capsys)
    assert (code, len(lines)) == (5, 6)


def test_a_missed_start_that_asks_ends_with_8(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    house.add(house.plan("shop.yml", "web1"), START + MINUTE)
    house.clock.sleep(3600)
    code, lines = called(house, capsys)
    assert code == 8
    assert "asks: nobody started it within 59 min of its time; start it now: orch resume" in lines[0]


def test_a_missed_start_that_is_skipped_is_no_failure(
    house: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    house.add(house.plan("shop.yml", "web1"), START + MINUTE, missed="skip")
    house.clock.sleep(3600)
    assert called(house, capsys)[0] == 0


@pytest.mark.parametrize(
    "words", [["--once", "--watch"], ["--watch", "--every", "0s"], ["--watch", "--every", "now"]]
)
def test_what_makes_no_sense(house: Fleet, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert called(house, capsys, *words)[0] == 2
