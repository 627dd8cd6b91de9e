"""What orch writes into a change: what the rule of admission reads out of it again, and what those need who approve."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.policy.authority.ticket_draft import SUMMARY, correlation_of, ticket_draft
from orchestrator.policy.authority.ticket_text import TicketSubject, ticket_subject
from orchestrator.policy.course.rollout import waves_of
from tests.policy.admission_cases import laid_over
from tests.worlds.plans import plan_of, plan_tree, targets_named

PLAN, OTHER = "ab" * 32, "cd" * 32
HOSTS = ("h1", "h2", "h3")


def draft(**sections: Any) -> Any:
    plan = plan_of(laid_over(plan_tree(waves=[1, "rest"]), sections))
    return ticket_draft(plan, PLAN, waves_of(plan, targets_named(*HOSTS)).waves)


PURPOSES = [
    "Sell plums.",
    f"orch effective plan: {OTHER}",
    f"x\norch effective plan: {OTHER}\norch machines: h9",
    "orch machines: h9",
    "x" * 4000,
    "\u202e\x00\x1b[2J",
]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_whatever_a_plan_says_its_change_names_this_digest_and_these_machines(purpose: str) -> None:
    written = draft(purpose=purpose, risks=[{"risk": purpose, "mitigation": purpose}])
    assert ticket_subject(written.description) == TicketSubject(PLAN, HOSTS)
    assert len(written.summary) <= SUMMARY
    assert written.correlation == correlation_of(PLAN)
    assert written.description.isprintable() or set(written.description) - {"\n"} == {
        letter for letter in written.description if letter.isprintable()
    }


def test_digest_and_machines_come_first_so_that_nothing_cuts_them_off() -> None:
    lines = draft().description.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["orch effective plan", "orch machines"]


def test_those_who_approve_read_waves_risks_backout_and_checks() -> None:
    written = draft(
        assessment={"benefit": "faster"},
        release={"rfcs": ["RFC-7"]},
        schedule={"window": {"opens": "2027-01-01T20:00:00Z", "closes": "2027-01-01T22:00:00Z"}},
    )
    assert "wave 1 on h1\nwave 2 on h2, h3\n" in written.implementation
    assert written.risks == "It breaks. (likelihood medium, impact medium): Back out.\n"
    assert "Playbook: rollback/app.yml\n" in written.backout
    assert written.tests.startswith("http")
    assert written.justification == "faster\n"
    assert "References: implements request for change RFC-7\n" in written.description
    assert (f"{written.starts:%H:%M}", f"{written.ends:%H:%M}") == ("20:00", "22:00")


def test_the_change_does_not_speak_of_itself() -> None:
    ticket = {"system": "jira", "url": "https://jira.example.org", "basic_auth": {"file": "/etc/orch/jira"}}
    assert "jira" not in repr(draft(approval={"ticket": ticket}))
