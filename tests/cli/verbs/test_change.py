"""`orch change`: the lines for a ticket, and whether a ticket carries a plan."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLack, TicketTrouble
from orchestrator.policy.authority.ticket_text import ticket_subject
from orchestrator.policy.telling.words.ticket_words import LACK_WORDS, TROUBLE_WORDS
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


def test_every_lack_and_every_trouble_has_its_words() -> None:
    assert set(LACK_WORDS) == set(get_args(TicketLack))
    assert set(TROUBLE_WORDS) == set(get_args(TicketTrouble))


NAMED = {"system": "servicenow", "url": "https://tickets.example.org"}


def with_ticket(**ticket: str) -> Fleet:
    tree = plan_tree(waves=[1, "rest"])
    return Fleet({**tree, "approval": {**tree["approval"], "ticket": {**NAMED, **ticket}}})


def approve_opened(world: Fleet) -> None:
    now = world.clock.now()
    world.tickets.approve("CHG0000001", now - timedelta(hours=1), now + timedelta(hours=1))


def test_a_change_is_opened_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    world = with_ticket()
    assert orch(world, ["change", "open", "plan.yml"]) == 0
    shown = capsys.readouterr().out
    first = "CHG0000001 opened in ServiceNow: https://tickets.example.org\nIt is for effective plan "
    assert shown.startswith(first)
    assert shown.endswith("The plan has no window: its planned start and end are filled in there.\n")
    assert orch(world, ["change", "open", "plan.yml"]) == 0
    assert capsys.readouterr().out.startswith("CHG0000001 was opened before in ServiceNow")
    assert orch(world, ["change", "check", "plan.yml"]) == 4
    assert "ticket.draft: the ticket is a draft; submit it for approval" in capsys.readouterr().out
    approve_opened(world)
    assert orch(world, ["change", "check", "plan.yml"]) == 0
    capsys.readouterr()
    assert orch(world, ["change", "show", "plan.yml"]) == 0
    assert capsys.readouterr().out.endswith("CHG0000001 carries this plan.\n")


def test_a_draft_is_updated_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    world = with_ticket()
    orch(world, ["change", "open", "plan.yml"])
    world.tree["purpose"] = "Sell pears."
    assert orch(world, ["change", "update", "plan.yml"]) == 0
    assert "CHG0000001 updated in ServiceNow" in capsys.readouterr().out
    assert "Purpose: Sell pears.\n" in world.tickets.drafts["CHG0000001"].description


def test_the_change_of_a_deployment_is_shown_with_the_digest_of_its_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = with_ticket()
    orch(world, ["change", "open", "plan.yml"])
    approve_opened(world)
    assert orch(world, ["deploy", "plan.yml"]) == 0
    capsys.readouterr()
    assert orch(world, ["change", "show", "app"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("CHG0000001: closed; planned ")
    assert shown[1].startswith("Change ticket CHG0000001 was closed, ")
    assert shown[2] in world.tickets.results_told("CHG0000001")[0].splitlines()


def test_what_is_owed_is_delivered_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    world = with_ticket()
    orch(world, ["change", "open", "plan.yml"])
    approve_opened(world)

    def down() -> None:
        world.tickets.silence = "unreachable"

    world.tickets.before_deliver = down
    assert orch(world, ["deploy", "plan.yml"]) == 0, "how it ended does not depend on the ticket system"
    name = world.ports.journal.deployments()[0]
    capsys.readouterr()
    assert orch(world, ["change", "deliver", name]) == 8
    owed = "The result is owed to change ticket CHG0000001: the ticket system gives no answer"
    assert owed in capsys.readouterr().out
    for view in (["status"], ["record", "show"], ["list"]):
        assert orch(world, view) == 0
        assert "change ticket" in capsys.readouterr().out
    assert orch(world, ["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["receipt_owed"] is True
    assert orch(world, ["list", "--json"]) == 0
    assert '"receipt_owed": true' in capsys.readouterr().out
    world.tickets.silence, world.tickets.before_deliver = None, lambda: None
    assert orch(world, ["change", "deliver", name]) == 0
    assert "Change ticket CHG0000001 was closed" in capsys.readouterr().out
    assert orch(world, ["change", "deliver", name]) == 4


def test_a_rehearsal_has_a_change_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    world = with_ticket()
    orch(world, ["change", "open", "plan.yml"])
    assert orch(world, ["change", "open", "plan.yml", "--in", "staging"]) == 0
    assert capsys.readouterr().out.count(" opened in ServiceNow") == 2
    first, second = world.tickets.tickets.values()
    assert first.effective != second.effective


HALF = [
    (["--system", "jira"], "go together"),
    (["--bearer", "plan.yml"], "Give those as well"),
    (["--inventory", "inventories/x"], "Name its environment with --in"),
]


@pytest.mark.parametrize(("words", "fault"), HALF)
def test_half_of_what_says_which_ticket_is_refused(
    words: list[str],
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yml").touch()
    assert orch(with_ticket(), ["change", "check", "plan.yml", *words]) == 2
    assert fault in capsys.readouterr().err
