"""`orch pir`, `orch actions`, `orch incident`, `orch record archive`: the commands that they print work as they are printed."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.report import html_record, text_record
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

FILL = {
    "ANSWER": "yes, seen by sales",
    "STAKEHOLDER": "head of sales",
    "SCORE": "2",
    "WHAT": "watch the queue",
    "NAME": "Bo",
    "TIME": "2d",
    "WHY": "held with sales",
}
DAY = 86400


@pytest.fixture
def fleet() -> Fleet:
    """A release with a service, under a policy, whose first wave fails: it is backed out."""
    tree = plan_tree()
    tree["release"] = {**tree["release"], "service": "shop"}
    fleet = Fleet(tree)
    fleet.rule(approvals={"before": []}, review={"within": "3d"})
    fleet.playbooks.script(
        "deploy", None, Script(results=dict.fromkeys([t.host for t in fleet.hosts], "not_done"))
    )
    return fleet


def printed_by(capsys: pytest.CaptureFixture[str], fleet: Fleet, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert orch(fleet, words) == code
    answer = capsys.readouterr()
    return answer.out + answer.err


def commands_of(text: str, start: str) -> list[list[str]]:
    """The printed commands that begin so, with their holes filled."""
    lines = [line for line in text.splitlines() if start in line]
    texts = [
        line[line.index(start) :].partition(")")[0].partition(";")[0].partition(", or")[0] for line in lines
    ]
    return [[FILL.get(word, word) for word in shlex.split(text)][1:] for text in texts]


def backed_out(fleet: Fleet) -> str:
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    return d.id


def test_the_commands_lead_from_a_failed_release_to_its_closed_record(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = backed_out(fleet)
    (begin,) = commands_of(printed_by(capsys, fleet, "status", name), "orch pir open")
    shown = printed_by(capsys, fleet, *begin)
    assert re.search(r"^result {2,}completed {2,}backed out \(differs\)$", shown, re.M)
    assert "Why did it fail?" in shown
    refused = printed_by(capsys, fleet, "pir", "close", name, "--reason", "enough", code=4)
    assert "lacks changes, customer, plan, problems, incidents, lessons, rfcs, cause, an action" in refused
    for start in ("orch pir answer", "orch pir satisfaction", "orch pir action"):
        commands = commands_of(shown, start)
        assert commands, start
        for words in commands:
            printed_by(capsys, fleet, *words)
    (close,) = commands_of(printed_by(capsys, fleet, "pir", "show", name), "orch pir close")
    closed = printed_by(capsys, fleet, *close)
    assert "Satisfaction of head of sales: 2 of 5" in closed
    assert "Review closed by" in closed
    (basis,) = [event.basis for event in fleet.events(fleet.now(name), e.RecordClosed)]
    assert "post-implementation review closed by" in basis
    (done,) = commands_of(printed_by(capsys, fleet, "status", name), "orch actions done")
    assert "action 1 is done" in printed_by(capsys, fleet, *done)
    assert "No action is open." in printed_by(capsys, fleet, "actions")
    assert "done, says" in printed_by(capsys, fleet, "actions", "--of", name)


def test_what_is_overdue_is_listed_and_called_to_mind_once_a_day(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = backed_out(fleet)
    assert fleet.run_due() == []
    assert "the post-implementation review, due" in printed_by(capsys, fleet, "actions")
    assert "No action is overdue." in printed_by(capsys, fleet, "actions", "--due")
    fleet.clock.sleep(3 * DAY)
    assert "OVERDUE" in printed_by(capsys, fleet, "actions", "--due")
    assert "backed out (PIR overdue)" in " ".join(printed_by(capsys, fleet, "list").split())
    (line,) = fleet.run_due()
    assert (line.deployment, line.what) == (name, "reminds")
    assert f"orch pir open {name}" in line.words
    assert fleet.run_due() == []
    fleet.clock.sleep(DAY)
    assert [line.what for line in fleet.run_due()] == ["reminds"]
    answer = json.loads(printed_by(capsys, fleet, "actions", "--json"))
    assert [(each["number"], each["overdue"]) for each in answer["actions"]] == [(None, True)]


def test_no_action_has_a_reason_and_an_action_an_owner_and_a_date(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = backed_out(fleet)
    assert orch(fleet, ["pir", "action", name, "watch", "--owner", "Bo", "--due", "2d"]) != 0
    printed_by(capsys, fleet, "pir", "open", name, "--due", "2d")
    for half in (["watch"], ["watch", "--owner", "Bo"], ["--none", "no", "--owner", "Bo"], []):
        assert orch(fleet, ["pir", "action", name, *half]) == 2
    for wrong in (
        ["done", name, "1"],
        ["done", name, "x", "--note", "y"],
        ["done", name, "1", "--note", " "],
        ["--of"],
    ):
        assert orch(fleet, ["actions", *wrong]) == 2
    assert orch(fleet, ["pir", "satisfaction", name, "sales", "6"]) == 2
    printed_by(capsys, fleet, "pir", "action", name, "--none", "the cause is gone")
    answer = json.loads(printed_by(capsys, fleet, "pir", "show", name, "--json"))
    assert "no_action" not in answer["missing"]
    assert answer["due"] == fleet.now(name).post_review.due.isoformat()  # type: ignore[union-attr]


def test_a_review_begins_once_and_takes_no_word_after_it_is_closed(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = reviewed(fleet, capsys)
    for words in (
        ["pir", "open", name],
        ["pir", "close", name, "--reason", "x"],
        ["pir", "answer", name, "plan", "x"],
    ):
        assert orch(fleet, words) == 4, words


def reviewed(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> str:
    name = backed_out(fleet)
    shown = printed_by(capsys, fleet, "pir", "open", name)
    for start in ("orch pir answer", "orch pir action"):
        for words in commands_of(shown, start):
            printed_by(capsys, fleet, *words)
    printed_by(capsys, fleet, "pir", "close", name, "--reason", "held")
    return name


def test_a_backout_that_begins_later_opens_review_and_record_again_and_ends_the_archive(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = reviewed(fleet, capsys)
    for what in ("archive", "hold"):
        printed_by(capsys, fleet, "record", what, name, "--reason", "reviewed")
    d = fleet.now(name)
    assert d.follow_up.closed is not None
    assert d.retention.until is not None
    began = e.BackoutBegan(hosts=("h1",), reason="again", by="ann")
    record = e.Recorded(deployment=name, seq=d.seq + 1, at=fleet.clock.now(), event=began)
    after = apply(d, record)
    assert after.follow_up.closed is None
    assert after.post_review.closed is None
    assert after.retention.until is None
    assert after.retention.hold is not None
    assert after.post_review.answers == d.post_review.answers


INCIDENT = (
    "incident",
    "add",
    "INC-7",
    "--title",
    "the till hangs",
    "--service",
    "shop",
    "--impact",
    "nobody could pay",
)


def test_an_incident_is_proposed_and_linked_as_it_is_printed(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    name = backed_out(fleet)
    fleet.clock.sleep(DAY)
    added = printed_by(capsys, fleet, *INCIDENT)
    (link,) = commands_of(added, "orch incident link")
    assert commands_of(printed_by(capsys, fleet, "incident", "list"), "orch incident link") == [link]
    assert commands_of(printed_by(capsys, fleet, "pir", "show", name), "orch incident link") == [link]
    printed_by(capsys, fleet, *link)
    listed = printed_by(capsys, fleet, "incident", "list")
    assert f"came of {name}" in listed
    assert "orch incident link" not in listed
    assert "Nothing new" in printed_by(capsys, fleet, *INCIDENT[:3])
    printed_by(capsys, fleet, "incident", "add", "INC-7", "--closed", "2026-03-05T12:00Z")
    (answer,) = [json.loads(printed_by(capsys, fleet, "incident", "list", "--json"))]
    assert (answer["title"], answer["closed"], answer["linked"]) == (
        "the till hangs",
        "2026-03-05T12:00:00Z",
        [name],
    )
    printed_by(capsys, fleet, *link, "--unrelated")
    assert f"came of {name}" not in printed_by(capsys, fleet, "incident", "list")
    assert orch(fleet, ["incident", "link", "INC-8", name, "--reason", "x"]) != 0


def test_without_incidents_the_list_says_how_one_is_written_down(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "orch incident add ID --title TITLE" in printed_by(capsys, fleet, "incident", "list")
    printed_by(capsys, fleet, "incident", "add", "ID", "--title", "TITLE")
    assert "ID (TITLE), opened " in printed_by(capsys, fleet, "incident", "list")


def test_incidents_of_a_file_are_taken_whole_and_once(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = backed_out(fleet)
    file = tmp_path / "incidents.csv"
    opened = fleet.clock.now().isoformat().replace("+00:00", "Z")
    file.write_text(
        f"id,title,opened,hosts,impact\nINC-1,it hangs,{opened},h1;db1,\nINC-2,=cmd(),{opened},,all\n"
    )
    first = printed_by(capsys, fleet, "incident", "add", "--file", str(file))
    assert f"It may have come of {name}" in first
    assert "Nothing new" in printed_by(capsys, fleet, "incident", "add", "--file", str(file))
    written = [r for r in fleet.ports.journal.read(e.HOUSE) if isinstance(r.event, e.IncidentRecorded)]
    assert len(written) == 2
    assert orch(fleet, ["incident", "add", "INC-1", "--file", str(file)]) == 2
    file.write_text("")
    assert "incidents.csv has no incident." in printed_by(
        capsys, fleet, "incident", "add", "--file", str(file)
    )


def test_a_record_is_archived_once_nothing_is_open_and_held_in_any_case(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    early = backed_out(fleet)
    assert "was not archived" in printed_by(
        capsys, fleet, "record", "archive", early, "--reason", "x", code=4
    )
    printed_by(capsys, fleet, "record", "hold", early, "--reason", "case 4")
    assert orch(fleet, ["record", "hold", early, "--reason", "again"]) == 4
    shown = printed_by(capsys, fleet, "pir", "open", early)
    for start in ("orch pir answer", "orch pir action"):
        for words in commands_of(shown, start):
            printed_by(capsys, fleet, *words)
    printed_by(capsys, fleet, "pir", "close", early, "--reason", "held")
    ended = fleet.now(early).ended_at
    assert ended is not None
    archived = printed_by(capsys, fleet, "record", "archive", early, "--reason", "reviewed")
    assert f"kept until {ended.year + 3}" in archived
    assert orch(fleet, ["record", "archive", early, "--reason", "again"]) == 4
    assert "No record's time is over." in printed_by(capsys, fleet, "record", "due")
    fleet.clock.sleep(3 * 365 * DAY + 1)
    assert "under legal hold: to be kept" in printed_by(capsys, fleet, "record", "due")
    printed_by(capsys, fleet, "record", "release", early, "--reason", "settled")
    answer = json.loads(printed_by(capsys, fleet, "record", "due", "--json"))
    assert (answer["deployment"], answer["legal_hold"]) == (early, False)
    assert orch(fleet, ["record", "release", early, "--reason", "again"]) == 4


HOSTILE: Any = "<script>alert(1)</script> \x1b[31m \u202e =cmd()"


def test_the_record_has_the_review_in_each_form(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    name = reviewed(fleet, capsys)
    printed_by(capsys, fleet, *INCIDENT)
    printed_by(capsys, fleet, "incident", "link", "INC-7", name, "--reason", HOSTILE)
    records, now = fleet.ports.journal.read(name), fleet.clock.now()
    text, page = text_record(records, now), html_record(records, now)
    assert "Came of it: incident INC-7 (the till hangs)" in text
    assert re.search(r"^waves {2,}2 {2,}0 verified \(differs\)$", text, re.M)
    assert "\x1b" not in text + page
    for words in ('<h2 id="review">', "Why did it fail?", "nobody could pay", "watch the queue"):
        assert words in page, words
    assert "<script>" not in page
    result = json.loads(printed_by(capsys, fleet, "record", "show", name, "--json").splitlines()[-1])
    assert result["closed"] is True
    assert result["review"]["incidents"]["INC-7"]["related"] is True
    assert result["retention"] is None


def test_what_nobody_asked_to_review_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet(plan_tree())
    name = fleet.deploy().id
    shown = printed_by(capsys, fleet, "pir", "show", name)
    (begin,) = commands_of(shown, "orch pir open")
    assert "No review has begun, and none is asked for" in shown
    assert "none is asked for" not in printed_by(capsys, fleet, *begin)


@pytest.mark.parametrize(
    "words",
    [
        ("answer", "ID", "lessons", "n" * 5000),
        ("action", "ID", "n" * 5000, "--owner", "Bo", "--due", "2d"),
        ("action", "ID", "watch", "--owner", "n" * 5000, "--due", "2d"),
        ("open", "ID", "--by", ""),
    ],
    ids=["an answer", "an action", "an owner", "nobody"],
)
def test_what_no_journal_can_hold_is_refused_in_words(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    name = backed_out(fleet)
    before = fleet.now(name).seq
    assert "expected" in printed_by(capsys, fleet, "pir", *(name if w == "ID" else w for w in words), code=2)
    assert fleet.now(name).seq == before
