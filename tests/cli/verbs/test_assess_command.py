"""`orch assess`: what it shows of deployments that the engine made, what it keeps, what it prints, and what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.journal.events import HOUSE
from tests.worlds import command_line
from tests.worlds.capability import ASKED
from tests.worlds.fleet import Fleet
from tests.worlds.hostile import HOSTILE_TEXTS, HostileText
from tests.worlds.plans import plan_tree
from tests.worlds.printed import commands_in, filled, refusal_of

Run = Callable[..., tuple[int, str, str]]
FILL = {"ANSWER": "partly", "WHY": "looked at", "PLAN": "plan.yml", "TIME": "2026-01-01"}
NAMED_ONLY = {"orch rehearse", "orch pir satisfaction"}
DAY = 86400


@pytest.fixture
def fleet() -> Fleet:
    tree = plan_tree()
    tree["release"]["service"] = "shop"
    return Fleet(tree)


@pytest.fixture
def orch(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: Any) -> tuple[int, str, str]:
        code = command_line.orch(fleet, [str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def shown(orch: Run, *words: str) -> dict[str, Any]:
    code, output, error = orch("assess", "show", "--json", *words)
    assert code == 0, error
    answer: dict[str, Any] = json.loads(output)
    return answer


def evidence(answer: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        seen["code"]: (seen["part"], seen["of"])
        for result in answer["results"]
        for seen in result["evidence"]
    }


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {result["criterion"]: result["state"] for result in answer["results"]}


def test_an_empty_journal_has_no_level_and_says_what_comes_first(orch: Run) -> None:
    code, output, _ = orch("assess", "show")
    assert code == 0
    assert output.splitlines()[0] == "Capability of deployment management: level not known"
    assert "Nothing is met by no case. First deploy by orch (orch deploy PLAN)" in " ".join(output.split())
    assert "0 of 4 met" in output
    assert set(states(shown(orch)).values()) == {"unknown"}


def test_the_commands_that_an_empty_journal_prints_work_there(fleet: Fleet, orch: Run) -> None:
    texts = [orch("assess", *words)[1] for words in (["show", "--all"], ["questions"], ["history"])]
    texts.append(orch("assess", "answer", "nothing-known", "yes", "--note", "x")[2])
    texts.append(orch("assess", "answer", "roles-known", "yes", "--note", "x")[2])
    texts.append(orch("assess", "keep", "--reason", "first")[1])
    printed = dict.fromkeys(command for text in texts for command in commands_in(text, ASKED))
    assert len(printed) > 15
    for command in printed:
        if command not in NAMED_ONLY:
            assert refusal_of(fleet, filled(command, FILL)) == "", command


def test_what_the_engine_recorded_is_counted(fleet: Fleet, orch: Run) -> None:
    for _ in range(3):
        fleet.deploy()
        fleet.clock.sleep(60)
    answer = shown(orch)
    counted = evidence(answer)
    assert answer["begun"] == 3
    assert counted["uses_model"] == (0, 3)
    assert counted["proved_ends"] == (3, 3)
    assert counted["documents_in_order"] == (0, 0)
    assert counted["change_named"][1] == 3
    assert states(answer)["results-verified"] == "met"
    assert answer["level"] == 1
    assert shown(orch, "--service", "Shop")["begun"] == 3
    assert shown(orch, "--service", "pay")["begun"] == 0
    assert shown(orch, "--to", "2020-01-01", "--from", "2019-06-01")["level"] is None


def test_what_follows_a_deployment_is_counted(fleet: Fleet, orch: Run) -> None:
    fleet.rule(approvals={"before": []}, review={"after": "each", "within": "3d"})
    names = [fleet.deploy().id for _ in range(2)]
    orch("pir", "open", names[0])
    for question in ("changes", "customer", "plan", "problems", "incidents", "lessons", "rfcs"):
        orch("pir", "answer", names[0], question, "none")
    orch("pir", "satisfaction", names[0], "sales", "4")
    orch("pir", "action", names[0], "watch", "--owner", "Bo", "--due", "in 1d")
    orch("pir", "action", names[0], "look", "--owner", "Bo", "--due", "in 2d")
    assert orch("pir", "close", names[0], "--reason", "held")[0] == 0
    fleet.clock.sleep(60)
    assert evidence(shown(orch))["reviews_held"] == (1, 1)
    fleet.clock.sleep(4 * DAY)
    assert orch("actions", "done", names[0], "1", "--note", "seen")[0] == 0
    counted = evidence(shown(orch))
    assert counted["reviews_held"] == (1, 2)
    assert counted["satisfaction_asked"] == (1, 2)
    assert counted["actions_done"] == (1, 2)
    assert counted["authorised"] == (2, 2)


def test_an_answer_counts_until_its_time_is_over_or_another_is_given(fleet: Fleet, orch: Run) -> None:
    assert "not answered" in orch("assess", "questions")[1]
    code, output, _ = orch(
        "assess",
        "answer",
        "people-competent",
        "yes",
        "--note",
        "all trained",
        "--until",
        "90d",
        "--by",
        "Ann",
    )
    assert (code, output[:28]) == (0, "people-competent: yes, until")
    assert states(shown(orch))["people-competent"] == "met"
    assert "people-competent" not in orch("assess", "questions", "--open")[1]
    listed = [json.loads(line) for line in orch("assess", "questions", "--json")[1].splitlines()]
    (given,) = [each["answer"] for each in listed if each["answer"]]
    assert (given["by"], given["note"], given["signed"]) == ("Ann", "all trained", False)
    orch("assess", "answer", "people-competent", "no", "--note", "two have left")
    assert states(shown(orch))["people-competent"] == "not_met"
    orch("assess", "answer", "people-competent", "yes", "--note", "trained anew", "--until", "2d")
    fleet.clock.sleep(2 * DAY)
    assert states(shown(orch))["people-competent"] == "unknown"


def test_a_yes_that_records_deny_is_shown_as_contradicted(fleet: Fleet, orch: Run) -> None:
    for _ in range(5):
        fleet.deploy()
    fleet.clock.sleep(60)
    orch("assess", "answer", "approaches-controlled", "yes", "--note", "all of it")
    (result,) = [each for each in shown(orch)["results"] if each["contradicted"]]
    assert (result["criterion"], result["state"]) == ("approaches-controlled", "not_met")
    output = orch("assess", "show", "--all")[1]
    assert "approaches-controlled: not met, contradicted" in output
    assert "says yes, and the records say otherwise" in output
    for command in dict.fromkeys(commands_in(output, ASKED)):
        if command not in NAMED_ONLY:
            assert refusal_of(fleet, filled(command, FILL)) == "", command


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("answer", "people-competent", "maybe", "--note", "x"), 2, "maybe"),
        (("answer", "people-competent", "yes"), 2, "--note"),
        (("answer", "people-competent", "yes", "--note", "  "), 2, "found nothing"),
        (("answer", "people-competent", "yes", "--note", "x", "--until", "400d"), 4, "at most"),
        (("answer", "people-competent", "yes", "--note", "x", "--until", "soon"), 2, "--until"),
        (
            ("answer", "people-competent", "yes", "--note", "x", "--until", "2001-01-01T00:00Z"),
            4,
            "after now",
        ),
        (("answer", "roles-known", "yes", "--note", "x"), 4, "by records alone"),
        (("answer", "\x1b[2J\u202e", "yes", "--note", "x"), 11, "There is no criterion"),
        (("answer", "people-competent", "yes", "--note", "n" * 5000), 2, "--note"),
        (("keep", "--reason", " "), 2, "found nothing"),
        (("keep", "--reason", "x", "--by", ""), 2, "--by"),
        (("keep", "--reason", "x", "--by", "n" * 5000), 2, "--by"),
        (("keep", "--reason", "x", "--from", "in 2d", "--to", "in 3d"), 4, "still to come"),
        (("keep", "--reason", "n" * 5000), 2, "--reason"),
        (("show", "--from", "2026-01-01", "--to", "2020-01-01"), 2, "--from and --to"),
        (("show", "--service", "s" * 5000), 2, "--service"),
        (("show", "--json", "--html", "-"), 2, "choose it or files"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else None,
)
def test_what_cannot_be_is_refused_and_recorded_nowhere(
    fleet: Fleet, orch: Run, words: tuple[str, ...], code: int, expected: str
) -> None:
    answered, _, error = orch("assess", *words)
    assert answered == code, error
    assert expected in error
    assert "\x1b" not in error
    assert fleet.ports.journal.read(HOUSE) == []


def test_kept_assessments_stand_side_by_side(fleet: Fleet, orch: Run) -> None:
    assert orch("assess", "history")[1].startswith("No assessment is kept.")
    assert orch("assess", "history", "--json")[1] == ""
    code, output, _ = orch("assess", "keep", "--reason", "first look", "--by", "Ann")
    assert code == 0
    assert output.startswith("Kept: Capability of deployment management: level not known")
    for _ in range(3):
        fleet.deploy()
    fleet.clock.sleep(60)
    orch("assess", "keep", "--reason", "after three", "--by", "Ann")
    orch("assess", "keep", "--reason", "pay", "--service", "pay")
    orch("assess", "answer", "people-competent", "yes", "--note", "trained")
    orch("assess", "keep", "--reason", "answered", "--by", "Bo")
    rows = [row.split("\t") for row in orch("assess", "history")[1].splitlines()]
    assert rows[0][:4] == ["kept (UTC)", "level", "met by level", "change"]
    assert [row[1] for row in rows[1:]] == ["not known", "1", "not known", "1"]
    assert [row[3] for row in rows[1:]] == ["", "+results-verified", "", "+people-competent"]
    assert [row[5] for row in rows[1:]] == [
        "all deployments",
        "all deployments",
        "service pay",
        "all deployments",
    ]
    kept = [json.loads(line) for line in orch("assess", "history", "--json")[1].splitlines()]
    assert [each["assessment"]["level"] for each in kept] == [None, 1, None, 1]
    assert kept[1]["assessment"]["results"]


def test_files_are_whole_and_for_their_owner_alone(fleet: Fleet, orch: Run, tmp_path: Path) -> None:
    fleet.deploy()
    page, table = tmp_path / "a.html", tmp_path / "a.csv"
    assert orch("assess", "show", "--html", page, "--csv", table)[0] == 0
    assert (page.stat().st_mode & 0o777, table.stat().st_mode & 0o777) == (0o600, 0o600)
    assert page.read_text().startswith("<!doctype html>")
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert len({row["criterion"] for row in rows}) == 14
    assert orch("assess", "show", "--html", "-")[1] == page.read_text() or "Capability" in page.read_text()


EACH = pytest.mark.parametrize("hostile", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)


@EACH
def test_what_people_write_does_nothing_in_the_terminal(orch: Run, hostile: HostileText) -> None:
    note = hostile.text[:3000].replace("\x00", "")
    if not note.strip():
        return
    code = 2 if hostile is HOSTILE_TEXTS["half a pair"] else 0
    assert orch("assess", "answer", "people-competent", "no", "--note", note)[0] == code
    assert orch("assess", "keep", "--reason", note, "--service", note)[0] == code
    for words in (["show", "--all"], ["questions"], ["history"]):
        output = orch("assess", *words)[1]
        # A soft hyphen is drawn as a hyphen or not at all, and moves nothing.
        assert not [c for c in output if c not in "\n\t\xad" and not c.isprintable()], words
