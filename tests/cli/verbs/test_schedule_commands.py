"""The commands of the schedule: what they print, what they refuse, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from orchestrator.engine.use_cases.schedule import all_bookings
from tests.fakes.clock import START
from tests.worlds import command_line
from tests.worlds.fleet import Fleet
from tests.worlds.schedules import POLICY

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


def test_an_entry_is_added_and_everything_about_it_is_said(house: Fleet, orch: Run) -> None:
    plan = house.plan("shop.yml", "web1", "web2")
    code, output, _ = orch(
        "schedule", "add", plan, "--at", "2026-03-03T00:00 Europe/Berlin", "--missed", "skip"
    )
    assert code == 0
    assert "scheduled for Tue 2026-03-03 00:00 CET (23:00 UTC)" in output
    assert "takes up 2 hosts until" in output
    assert "after a missed start: skip" in output
    assert "orch run-due starts it" in output


def test_an_entry_that_conflicts_is_added_and_told(house: Fleet, orch: Run) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1"), "--at", "in 1h")
    code, output, _ = orch("schedule", "add", house.plan("pay.yml", "web1"), "--at", "in 90m")
    assert code == 0
    assert "conflict with app-2.0-" in output
    assert "the machine web1" in output
    assert "the second waits until the first is over" in output


def test_a_freeze_that_blocks_is_named_in_every_form(house: Fleet, orch: Run, tmp_path: Path) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    freeze = "2026-03-05T22:00Z"
    code, _, errors = orch("schedule", "add", plan, "--at", freeze, "--despite", "sale")
    assert code == 0, errors
    assert "approved, blocked by the freeze sale" in orch("schedule", "list")[1]
    assert json.loads(orch("schedule", "list", "--json")[1])["bookings"][0]["blocked_by"] == ["sale"]
    files = {name: tmp_path / name for name in ("ical", "json", "html")}
    words = [word for name, file in files.items() for word in (f"--{name}", file)]
    assert orch("schedule", "export", "--from", "2026-03-01", "--to", "2026-03-31", *words)[0] == 0
    event = Calendar.from_ical(files["ical"].read_bytes()).walk("VEVENT")[0]
    assert event["STATUS"] == "TENTATIVE"
    assert "blocked by the freeze sale" in str(event["SUMMARY"])
    assert "blocked by the freeze sale" in str(event["DESCRIPTION"])
    assert json.loads(files["json"].read_text())["bookings"][0]["blocked_by"] == ["sale"]
    assert files["html"].read_text().count("blocked by the freeze sale") >= 2


def test_alone_ends_with_10_and_adds_nothing(house: Fleet, orch: Run) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1"), "--at", "in 1h")
    code, _, errors = orch("schedule", "add", house.plan("pay.yml", "web1"), "--at", "in 90m", "--alone")
    assert (code, len(all_bookings(house.ports))) == (10, 1)
    assert "Nothing was scheduled" in errors


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["--at", "2026-03-29T02:30 Europe/Berlin"], 2, "does not exist in Europe/Berlin (clocks change)"),
        (["--at", "2026-10-25T02:30", "--zone", "Europe/Berlin"], 2, "say which of the two"),
        (["--at", "2026-03-03T22:30"], 2, "a local time with its time zone"),
        (["--at", "soon"], 2, "expected a moment"),
        (["--at", "in 1h", "--zone", "Mars/Olympus"], 2, "there is no time zone"),
        (["--at", "2026-03-01T22:30Z"], 4, "it is over already"),
        (["--at", "2026-03-03T12:00Z"], 4, "the next opening is 2026-03-03T22:00"),
        (["--at", "2026-03-05T23:00Z"], 4, "the freeze sale binds then"),
        (["--at", "in 1h", "--missed", "later"], 2, "later"),
        ([], 2, "--at"),
    ],
)
def test_what_is_no_start_is_refused(
    house: Fleet, orch: Run, words: list[str], code: int, fault: str
) -> None:
    plan = house.plan("shop.yml", "web1", policy=POLICY)
    ended, _, errors = orch("schedule", "add", plan, *words)
    assert (ended, fault in errors) == (code, True), errors
    assert all_bookings(house.ports) == ()


def test_the_list_shows_what_is_ahead_with_its_conflicts(house: Fleet, orch: Run) -> None:
    assert "Nothing is scheduled" in orch("schedule", "list")[1]
    orch("schedule", "add", house.plan("shop.yml", "web1"), "--at", "in 1h", "--by", "ann")
    orch("schedule", "add", house.plan("pay.yml", "web1"), "--at", "in 90m", "--by", "bo")
    lines = orch("schedule", "list", "--zone", "Europe/Berlin")[1].splitlines()
    assert lines[0].split("\t")[:3] == ["starts", "ends", "id"]
    assert [line.split("\t")[0] for line in lines[1:3]] == ["2026-03-03 00:00 CET", "2026-03-03 00:30 CET"]
    assert [line.split("\t")[6] for line in lines[1:3]] == ["1", "1"]
    assert lines[3].startswith("conflict: app-2.0-")
    assert "Nothing is scheduled" in orch("schedule", "list", "--from", "2026-04-01")[1]


def test_what_was_withdrawn_is_listed_when_asked_for(house: Fleet, orch: Run) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1"), "--at", "in 1h")
    name = all_bookings(house.ports)[0].id
    code, output, _ = orch("schedule", "withdraw", name, "--reason", "not ready")
    assert (code, "withdrawn" in output) == (0, True)
    assert "Nothing is scheduled" in orch("schedule", "list")[1]
    assert "withdrawn" in orch("schedule", "list", "--all")[1]
    assert orch("schedule", "withdraw", name, "--reason", "again")[0] == 4


def test_the_list_in_json_is_the_schedule(house: Fleet, orch: Run) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1"), "--at", "in 1h")
    schedule = json.loads(orch("schedule", "list", "--json")[1])
    assert schedule["kind"] == "schedule of change"
    assert [b["machines"] for b in schedule["bookings"]] == [{"machine-of-web1": "web1"}]


def test_conflicts_end_with_10_where_there_is_one(house: Fleet, orch: Run) -> None:
    assert orch("schedule", "conflicts")[:2] == (0, "No conflict.\n")
    shop, pay = house.plan("shop.yml", "web1"), house.plan("pay.yml", "web1")
    orch("schedule", "add", shop, "--at", "in 1h")
    for plan in (shop, pay):
        plan.write_text("known by its name")
    code, output, _ = orch("schedule", "conflicts", pay, "--at", "in 90m")
    assert (code, "the machine web1" in output) == (10, True)
    assert orch("schedule", "conflicts", pay, "--at", "in 900m")[0] == 0
    assert orch("schedule", "conflicts", pay)[0] == 4
    orch("schedule", "add", pay, "--at", "in 90m")
    name = all_bookings(house.ports)[0].id
    for words in ([], [name], [shop]):
        assert orch("schedule", "conflicts", *words)[0] == 10
    lines = orch("schedule", "conflicts", "--json")[1].splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["machine"]
    assert orch("schedule", "conflicts", "nothing-1")[0] == 11


def test_export_writes_every_form_and_the_same_twice(house: Fleet, orch: Run, tmp_path: Path) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1", policy=POLICY), "--at", "in 1h")
    files = [tmp_path / name for name in ("s.ics", "s.json", "s.html")]
    words = ["--ical", files[0], "--json", files[1], "--html", files[2]]
    within = ["--from", "2026-03-01", "--to", "2026-04-01", "--zone", "UTC"]
    assert orch("schedule", "export", *words, *within)[0] == 0
    first = [file.read_bytes() for file in files]
    house.clock.jump(timedelta(minutes=10).total_seconds())
    assert orch("schedule", "export", *words, *within)[0] == 0
    assert [file.read_bytes() for file in files] == first
    events = Calendar.from_ical(first[0]).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [START + timedelta(hours=1)]
    spans = json.loads(first[1])["spans"]
    assert {span["name"] for span in spans} == {"night", "sale", "audit"}
    assert b"frozen: sale" in first[2]
    assert orch("schedule", "export", "--ical", "-")[1].startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("zone", "asked", "first"),
    [
        ("UTC", [], "From Mon 2026-03-02 00:00 UTC"),
        ("Pacific/Auckland", [], "From Tue 2026-03-03 00:00 NZDT"),
        ("UTC", ["--from", "2026-02-20"], "From Fri 2026-02-20 00:00 UTC"),
    ],
)
def test_a_page_begins_today_and_a_calendar_a_month_ago(
    house: Fleet, orch: Run, tmp_path: Path, zone: str, asked: list[str], first: str
) -> None:
    orch("schedule", "add", house.plan("shop.yml", "web1", policy=POLICY), "--at", "in 1h")
    page, data = tmp_path / "s.html", tmp_path / "s.json"
    assert orch("schedule", "export", "--html", page, "--json", data, "--zone", zone, *asked)[0] == 0
    assert first in page.read_text(encoding="utf-8")
    begins = datetime.fromisoformat(json.loads(data.read_text())["begins"])
    assert begins == (START - timedelta(days=31) if not asked else datetime(2026, 2, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["--ical", "/nowhere/at/all.ics"], 13),
        (["--ical", "-", "--from", "2026-03-02", "--to", "2026-03-01"], 2),
        (["--ical", "-", "--from", "2026-03-02", "--to", "2036-03-01"], 2),
    ],
)
def test_what_cannot_be_exported(house: Fleet, orch: Run, words: list[str], code: int) -> None:
    assert orch("schedule", "export", *words)[0] == code
