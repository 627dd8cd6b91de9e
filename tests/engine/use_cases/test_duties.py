"""Work that hangs on a removal: it is due, is said to be done, and the record closes with the last of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.report.text import text_record
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.duties import say_done
from orchestrator.errors import Refused, UsageFault
from orchestrator.policy.course.follow_up import following_words, short_words
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.clock import START
from tests.worlds import command_line
from tests.worlds.fleet import Fleet

DAY = timedelta(days=1)
REMOVAL: dict[str, Any] = {
    "components": [
        {
            "component": "old report",
            "gone": ["the report is gone"],
            "data": {"fate": "none", "what": "it kept none"},
            "licences": {"what": "given back", "by": "Ann", "due": (START + DAY).isoformat()},
            "documentation": {"none": "it had none"},
            "consumers": {"what": "told by mail", "by": "Cleo", "due": (START + 2 * DAY).isoformat()},
        }
    ]
}


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    fleet = Fleet(home=tmp_path / "home")
    fleet.tree["release"] = {**fleet.tree["release"], "units": [], "removes": ["old report"]}
    fleet.tree["removal"] = REMOVAL
    gone = {"file": {"path": "/opt/report", "exists": False}, "title": "the report is gone"}
    fleet.tree["validation"] = {**fleet.tree["validation"], "acceptance": [gone]}
    return fleet


def test_the_headline_says_removed_and_what_is_due_follows(house: Fleet) -> None:
    d = house.deploy()
    assert d.state is State.COMPLETED
    assert plain_words(d)[0].startswith("old report (app 2.0) is removed and verified on all")
    command = f"orch done {d.id}"
    assert following_words(d, START) == (
        f"Not yet done: old report, licences: given back; Ann, due by 2026-03-03 22:00 UTC ({command} 1 --note WHAT).",
        f"Not yet done: old report, consumers: told by mail; Cleo, due by 2026-03-04 22:00 UTC ({command} 2 --note WHAT).",
    )
    assert short_words(brief_of(d), START) == "2 due tasks to follow"
    assert short_words(d, START + DAY) == "1 due task overdue"


def test_each_word_is_on_the_record_and_the_last_one_closes_it(house: Fleet) -> None:
    d = house.deploy()
    d = say_done(house.ports, d.id, 1, by="Ann", note="letter of 3 March")
    assert d.follow_up.closed is None
    with pytest.raises(Refused, match="done already"):
        say_done(house.ports, d.id, 1, by="Ann", note="again")
    with pytest.raises(UsageFault, match="from 1 to 2, found 3"):
        say_done(house.ports, d.id, 3, by="Ann", note="x")
    d = say_done(house.ports, d.id, 2, by="Cleo", note="mail to all")
    assert d.follow_up.closed is not None
    assert short_words(d, START + 9 * DAY) == ""
    record = text_record(house.ports.journal.read(d.id), START)
    assert "Done: old report, licences: given back; by Ann" in record
    assert "letter of 3 March" in record
    assert "said that due work is done: Cleo" in record


def test_nothing_is_due_where_the_removal_was_taken_back(house: Fleet) -> None:
    d = house.deploy()
    taken_back = d.with_(state=State.BACKED_OUT)
    assert [line for line in following_words(taken_back, START) if "Not yet done" in line] == []
    assert brief_of(taken_back).due == ()


def test_the_command_lists_and_settles(house: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    d = house.deploy()
    orch: Callable[[list[str]], int] = lambda words: command_line.orch(house, words)  # noqa: E731
    assert orch(["done", d.id]) == 0
    assert capsys.readouterr().out.startswith("1. Not yet done: old report, licences: given back; Ann,")
    assert orch(["done", d.id, "1"]) == 2
    assert orch(["done", d.id, "1", "--note", "letter", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [work["done"] is not None for work in answer["work"]] == [True, False]
    assert orch(["done", d.id, "7", "--note", "x"]) == 2
    assert orch(["done", "nothing-such"]) == 11
