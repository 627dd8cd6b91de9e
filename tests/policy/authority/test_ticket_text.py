"""The lines in the description of a change: what is written is read back, and what is unclear names nothing."""

import pytest

from orchestrator.policy.authority.ticket_text import TicketSubject, ticket_lines, ticket_subject

PLAN = "ab" * 32
LINES = ticket_lines(PLAN, ["web2", "web1"])
FULL = TicketSubject(PLAN, ("web1", "web2"))

TEXTS = [
    (LINES, FULL),
    (f"Dear board,\r\n  {LINES.replace(chr(10), chr(13) + chr(10))}Thanks.", FULL),
    (LINES * 2, TicketSubject()),
    (LINES + f"orch effective plan: {'cd' * 32}", TicketSubject(None, FULL.machines)),
    (LINES + "orch machines: db1", TicketSubject(PLAN)),
    (f"was {LINES}", TicketSubject(None, FULL.machines)),
    ("orch effective plan: abc\norch machines: web1, web1", TicketSubject()),
    ("orch machines:", TicketSubject()),
    ("orch machines: web1, <b>", TicketSubject()),
    ("", TicketSubject()),
]


@pytest.mark.parametrize(("text", "subject"), TEXTS)
def test_a_description_names_what_it_names_once_and_clearly(text: str, subject: TicketSubject) -> None:
    assert ticket_subject(text) == subject
