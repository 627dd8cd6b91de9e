"""One plain line an event: readable in a log, without colour, and never more than one line."""

import re

import pytest

from orchestrator.cli.views.plain_lines import PlainLines, lines_of
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from tests.journals.corpus import NAMES, recorded

LINE = re.compile(r"\d\d:\d\d:\d\d \S.*")


def printed(name: str) -> list[str]:
    lines: list[str] = []
    view = PlainLines(lines.append)
    records = recorded(name)
    for record in records:
        view(record)
    view.ended(fold(records))
    return lines


def shortened_lines(name: str) -> list[str]:
    return [re.sub(r" {2,}", "  ", line[9:]) for line in printed(name)]


@pytest.mark.parametrize("name", NAMES)
def test_no_line_has_a_control_character(name: str) -> None:
    assert not [line for line in printed(name) if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", line)]


@pytest.mark.parametrize("name", NAMES)
def test_each_event_is_lines_with_a_time(name: str) -> None:
    body = printed(name)[: printed(name).index("")]
    assert body
    assert [line for line in body if not LINE.fullmatch(line)] == []


def test_a_pilot_that_is_backed_out() -> None:
    wrong = 'shop answers with its version: expected status 200 with "2.4.0", found status 500 with "database is locked"'
    lines = shortened_lines("pilot_backed_out")
    for line in (
        "plan  shop-2.4.0-20260302-210000: shop 2.4.0 to staging, pilot, by ann",
        "environment  24 checks on 6 hosts, all passed",
        "pilot  web1: deployed (9 ok, 4 changed)",
        f"pilot  verification: web1: failed: {wrong}",
        f"pilot  REJECTED: 1 host of 1 down in pilot, allowed 0; web1: {wrong}",
        "pilot  web1: backed out (9 ok, 4 changed)",
        "proof  0 differences to the baseline",
    ):
        assert line in lines
    assert printed("pilot_backed_out")[-4].startswith("Reason: 1 host of 1 down in pilot")


def test_what_a_person_said_is_told_with_name_and_reason() -> None:
    lines = shortened_lines("excluded_then_completed")
    assert "excluded  web3 by ann: its disk is being replaced, RFC-1043" in lines
    assert "completed  but not on web3: its disk is being replaced, RFC-1043" in lines


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (e.StartPutOff(reasons=("pay-1 runs and shares machine web1",), by="cron"), "waits: pay-1 runs and shares"),
        (e.StartMissed(late=600, choice="ask", reason="nobody started it", by="cron"), "start missed: nobody started"),
    ],
)  # fmt: skip
def test_a_start_that_was_put_off_or_missed_says_why(event: e.Event, line: str) -> None:
    records = recorded(NAMES[0])
    record = records[-1].model_copy(update={"event": event})
    (shown,) = lines_of(record, fold(records))
    assert f"schedule     {line}" in shown
