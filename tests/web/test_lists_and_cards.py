"""Services by environments, filters, pages of lists, and what a pasted card comes to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.journal.lifecycle import State
from orchestrator.web.pages.deployment_list import chosen_by
from orchestrator.web.pages.keys import LONGEST_CARD, card_shown
from orchestrator.web.pages.overview import services_of
from orchestrator.web.server_time import day_given
from tests.journals.corpus import folded

ONE = brief_of(folded("completed_phased"))


def brief(name: str, service: str, environment: str, state: State = State.COMPLETED, **more: object) -> Brief:
    known = {"id": name, "service": service, "environment": environment, "state": state, "version": name}
    return ONE.model_copy(update={**known, **more})


@pytest.mark.parametrize(
    ("briefs", "columns", "cells"),
    [
        ([], [], {}),
        ([brief("2", "shop", "live"), brief("1", "shop", "live")], ["live"], {"shop": ["2"]}),
        ([brief("3", "shop", "live", State.BACKED_OUT), brief("2", "shop", "live")], ["live"], {"shop": ["2"]}),
        ([brief("2", "shop", "live", rehearsal=True)], [], {}),
        (
            [brief("2", "shop", "z", environment_class="test"), brief("1", "pay", "a", environment_class="live")],
            ["z", "a"],
            {"pay": [None, "1"], "shop": ["2", None]},
        ),
    ],
)  # fmt: skip
def test_the_newest_that_stands_is_shown(
    briefs: list[Brief], columns: list[str], cells: dict[str, list[str | None]]
) -> None:
    shown, rows = services_of(briefs)
    assert [column.environment for column in shown] == columns
    assert {row.service: [cell.id if cell else None for cell in row.cells] for row in rows} == cells


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["a", "b", "c"]),
        ({"state": "open"}, ["b"]),
        ({"state": "over"}, ["a", "c"]),
        ({"state": "backed out"}, ["c"]),
        ({"state": "no such state"}, []),
        ({"environment": "LIVE"}, ["a", "c"]),
        ({"service": "pay"}, ["b"]),
        ({"text": "PAY"}, ["b"]),
        ({"text": "pay", "environment": "live"}, []),
    ],
)
def test_every_filter_must_let_it_through(filters: dict[str, str], names: list[str]) -> None:
    known = [
        brief("a", "shop", "live"),
        brief("b", "pay", "test", State.DEPLOYING),
        brief("c", "shop", "live", State.BACKED_OUT),
    ]
    usual = dict.fromkeys(("environment", "service", "state", "text"), "")
    assert [each.id for each in chosen_by(known, {**usual, **filters})] == names


CARD = {"orch": "public key 1", "key": "0" * 64, "public": "0" * 64}


@pytest.mark.parametrize(
    ("card", "command"),
    [
        (CARD, "orch keys trust FILE --person NAME --role ROLE"),
        ({**CARD, "person": "Ann Ek", "roles": ["change manager"]},
         "orch keys trust FILE --person 'Ann Ek' --role 'change manager'"),
        ({**CARD, "person": "ci", "holder": "machine"}, "orch keys trust FILE --machine ci"),
        ({**CARD, "person": "$(rm -rf /)", "roles": ["x; y"]},
         "orch keys trust FILE --person '$(rm -rf /)' --role 'x; y'"),
    ],
)  # fmt: skip
def test_a_card_comes_to_a_command(card: dict[str, object], command: str) -> None:
    shown = card_shown(json.dumps(card))
    assert shown.command.replace('"', "'") == command
    assert shown.number == " ".join(["0000"] * 16)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{}",
        "[]",
        "null",
        "x" * (LONGEST_CARD + 1),
        '{"orch": "public key 1"}',
        "\u202e{",
        '{"a":' * 4000,
    ],
)
def test_what_is_no_card_is_told(text: str) -> None:
    shown = card_shown(text)
    assert shown.card is None
    assert shown.command == ""
    assert "expected the card" in shown.wrong


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-02-30", None),
        ("0001-01-01", None),
        ("9999-12-31", datetime(9999, 12, 30, 23, tzinfo=UTC)),
        ("tomorrow", None),
        ("", None),
        ("2026-03-29T00:00", None),
    ],
)
def test_a_day_is_its_first_moment_there(text: str, moment: datetime | None) -> None:
    assert day_given(text, ZoneInfo("Europe/Berlin")) == moment
