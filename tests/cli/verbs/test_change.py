"""`orch change`: the lines for a ticket, and whether a ticket carries a plan."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLack
from orchestrator.policy.authority.ticket_text import ticket_subject
from orchestrator.policy.telling.words.ticket_words import LACK_WORDS
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

CHECK = ["change", "check", "plan.yml", "--system", "jira", "--url", "https://jira.example.org", "--ticket"]


@pytest.fixture
def world() -> Fleet:
    return Fleet(plan_tree(waves=[1, "rest"]))


def approve(world: Fleet, lines: str, **other: Any) -> None:
    """A ticket with these lines, approved for this hour."""
    now = world.ports.clock.now()
    fields = {"state": "approved", "starts": now - timedelta(hours=1), "ends": now + timedelta(hours=1)}
    subject = ticket_subject(lines)._asdict()
    ticket = ChangeTicket(system="jira", number="OPS-1", seen=now, **{**fields, **subject, **other})
    world.tickets.tickets["OPS-1"] = ticket


def lines_of(world: Fleet, capsys: pytest.CaptureFixture[str]) -> str:
    assert orch(world, ["change", "text", "plan.yml"]) == 0
    return capsys.readouterr().out


def test_the_lines_of_a_plan_let_its_ticket_carry_it(
    world: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = lines_of(world, capsys)
    assert lines.endswith("orch machines: h1, h2, h3\n")
    approve(world, lines)
    assert orch(world, [*CHECK, "OPS-1"]) == 0
    assert capsys.readouterr().out.endswith("OPS-1 carries this plan.\n")


LACKS: list[tuple[dict[str, Any], list[str]]] = [
    ({"state": "waiting"}, ["ticket.waiting"]),
    ({"effective": "ab" * 32}, ["ticket.other_digest"]),
    ({"machines": ("h1",), "ends": None}, ["ticket.other_machines", "ticket.no_window"]),
]


@pytest.mark.parametrize(("other", "lacks"), LACKS)
def test_a_lack_is_an_exit_code_and_a_code(
    other: dict[str, Any], lacks: list[str], world: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    approve(world, lines_of(world, capsys), **other)
    assert orch(world, [*CHECK, "OPS-1", "--json"]) == 4
    shown = json.loads(capsys.readouterr().out)
    assert (shown["lacks"], shown["exit_code"]) == (lacks, 4)


def test_a_plan_that_changed_after_its_approval_is_not_carried(
    world: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = lines_of(world, capsys)
    changed = Fleet(plan_tree(waves=[2, "rest"]))
    approve(changed, lines)
    assert orch(changed, [*CHECK, "OPS-1"]) == 4
    assert (
        "ticket.other_digest: the ticket was approved for another effective plan" in capsys.readouterr().out
    )


def test_no_answer_is_no_approval(world: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    world.tickets.silence = "unreachable"
    assert orch(world, [*CHECK, "OPS-1"]) == 4
    assert "ticket.unreachable: the ticket system gives no answer" in capsys.readouterr().out


WRONG = [
    ([*CHECK, "../1"], "--ticket: expected a number"),
    ([*CHECK, "OPS-1\n"], "--ticket: expected a number"),
    ([*CHECK, "OPS-1", "--url", "http://jira.example.org"], "--url: expected https://HOST"),
    ([*CHECK, "OPS-1", "--url", "https://me:pw@jira.example.org"], "--url: expected https://HOST"),
    ([*CHECK, "OPS-1", "--url", "https://jira.example.org?x=1"], "--url: expected https://HOST"),
]


@pytest.mark.parametrize(("words", "fault"), WRONG)
def test_a_wrong_word_asks_nobody(
    words: list[str], fault: str, world: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orch(world, words) == 2
    assert fault in capsys.readouterr().err
    assert world.tickets.asked == []


def test_one_kind_of_credentials_is_given(
    world: Fleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = str(tmp_path / "token")
    Path(token).write_text("t")
    assert orch(world, [*CHECK, "OPS-1", "--bearer", token, "--basic-auth", token]) == 2
    assert "exclude each other" in capsys.readouterr().err
    assert orch(world, [*CHECK, "OPS-1", "--bearer", token]) == 4
    assert world.tickets.asked[0].bearer == token


def test_every_lack_has_its_words() -> None:
    assert set(LACK_WORDS) == set(get_args(TicketLack))
