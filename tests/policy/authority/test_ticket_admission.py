"""Admission by change ticket, as a table: each lack alone, several at once, and each in front of each step."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from orchestrator.domain.authority.change_ticket import (
    ChangeTicket,
    TicketLack,
    TicketNeed,
    TicketSilence,
    TicketState,
)
from orchestrator.policy.authority.ticket_admission import FRESH, TicketStep, by_ticket

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
THIS, OTHER = "a" * 64, "b" * 64
NEED = TicketNeed(system="servicenow", effective=THIS, machines=("app1", "app2"), number="CHG0030001")
GOOD = ChangeTicket(
    system="servicenow",
    number="CHG0030001",
    state="approved",
    seen=NOW,
    effective=THIS,
    machines=("app1", "app2"),
    starts=NOW - HOUR,
    ends=NOW + HOUR,
)
STEPS: tuple[TicketStep, ...] = get_args(TicketStep)
VERDICTS = {"start": "not admitted", "wave": "hold", "backout": "go on"}

CARRIES: list[dict[str, Any]] = [
    {},
    {"state": "under way"},
    {"machines": ("app2", "app1")},
    {"seen": NOW - FRESH},
    {"starts": NOW},
    {"ends": NOW + MOMENT},
]
LACKS: list[tuple[dict[str, Any], tuple[TicketLack, ...]]] = [
    ({"system": "jira"}, ("ticket.other_system",)),
    ({"number": "CHG0030002"}, ("ticket.other_number",)),
    ({"seen": NOW - FRESH - MOMENT}, ("ticket.stale",)),
    ({"seen": NOW + MOMENT}, ("ticket.stale",)),
    ({"state": "draft"}, ("ticket.draft",)),
    ({"state": "waiting"}, ("ticket.waiting",)),
    ({"state": "rejected"}, ("ticket.rejected",)),
    ({"state": "cancelled"}, ("ticket.cancelled",)),
    ({"state": "closed"}, ("ticket.closed",)),
    ({"effective": None}, ("ticket.no_digest",)),
    ({"effective": OTHER}, ("ticket.other_digest",)),
    ({"machines": ()}, ("ticket.other_machines",)),
    ({"machines": ("app1",)}, ("ticket.other_machines",)),
    ({"machines": ("app1", "app2", "app3")}, ("ticket.other_machines",)),
    ({"machines": ("app1", "app3")}, ("ticket.other_machines",)),
    ({"starts": None}, ("ticket.no_window",)),
    ({"ends": None}, ("ticket.no_window",)),
    ({"ends": NOW - HOUR}, ("ticket.no_window",)),
    ({"starts": NOW + MOMENT}, ("ticket.too_early",)),
    ({"ends": NOW}, ("ticket.too_late",)),
    ({"state": "waiting", "effective": OTHER}, ("ticket.waiting", "ticket.other_digest")),
    ({"effective": OTHER, "machines": ("app1",)}, ("ticket.other_digest", "ticket.other_machines")),
    ({"state": "closed", "ends": NOW}, ("ticket.closed", "ticket.too_late")),
    # Nothing else is said of a ticket that is not the one that was asked for.
    ({"number": "CHG0030002", "state": "rejected"}, ("ticket.other_number",)),
]
SILENT: list[tuple[TicketSilence | None, TicketLack]] = [
    (None, "ticket.not_opened"),
    ("unreachable", "ticket.unreachable"),
    ("refused", "ticket.refused"),
    ("missing", "ticket.missing"),
    ("nonsense", "ticket.nonsense"),
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("change", CARRIES)
def test_a_ticket_carries_a_step(change: dict[str, Any], step: TicketStep) -> None:
    answer = by_ticket(NEED, GOOD.model_copy(update=change), step, NOW)
    assert (answer.verdict, answer.lacks) == ("go on", ())


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("change", "lacks"), LACKS)
def test_each_lack_refuses_a_start_holds_a_wave_and_blocks_no_backout(
    change: dict[str, Any], lacks: tuple[TicketLack, ...], step: TicketStep
) -> None:
    answer = by_ticket(NEED, GOOD.model_copy(update=change), step, NOW)
    assert (answer.verdict, answer.lacks) == (VERDICTS[step], lacks)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("silence", "lack"), SILENT)
def test_no_answer_is_no_approval(silence: TicketSilence | None, lack: TicketLack, step: TicketStep) -> None:
    answer = by_ticket(NEED, silence, step, NOW)
    assert (answer.verdict, answer.lacks) == (VERDICTS[step], (lack,))


def test_any_number_will_do_where_none_is_named() -> None:
    need = NEED.model_copy(update={"number": None})
    assert by_ticket(need, GOOD.model_copy(update={"number": "CHG7"}), "start", NOW).verdict == "go on"


def test_every_lack_and_every_state_has_its_row() -> None:
    assert {lack for _, lacks in LACKS for lack in lacks} | {lack for _, lack in SILENT} == set(
        get_args(TicketLack)
    )
    states = {change.get("state", "approved") for change, _ in LACKS} | {
        change.get("state") for change in CARRIES
    } - {None}
    assert states == set(get_args(TicketState))


@pytest.mark.parametrize("number", ["CHG0030001", "OPS-123", "A_B2-7"])
def test_a_number_of_either_system_is_read(number: str) -> None:
    assert ChangeTicket.model_validate(GOOD.model_dump() | {"number": number}).number == number


@pytest.mark.parametrize(
    "number",
    ["", "../x", "CHG1/2", "chg1", "CHG", "OPS-1?x=1", "OPS-1\n", "OPS 1", "CHG1^state=3", "CHG\u0661"],
)
def test_a_number_that_would_change_an_address_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        ChangeTicket.model_validate(GOOD.model_dump() | {"number": number})
