"""Each code of evidence has a deployment that holds it and one that lacks it, and every gap says what closes it."""

from __future__ import annotations

from typing import get_args

import pytest

from orchestrator.domain.evidence.clause_evidence import IN_EVERY_PLAN, OfDeployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.policy.clauses.answer_words import closing_words, finding_line
from orchestrator.policy.clauses.case import LONGEST_DETAIL, MOST_DETAILS, Case
from orchestrator.policy.clauses.evidence_of import findings_of
from tests.journals.corpus import NAMES, recorded
from tests.policy.clauses.cases import (
    HELD,
    LACKING,
    Made,
    admitted,
    begin,
    plain,
    policy,
    release,
    restored,
    reviewed,
)

CODES = get_args(OfDeployment)
TO_COME: tuple[OfDeployment, ...] = (
    "components_verified",
    "baseline_before_deployment",
    "approval_by_role",
    "review_held",
    "record_archived",
)


def test_every_code_has_its_cases() -> None:
    assert set(HELD) == set(CODES)
    assert set(LACKING) == set(CODES) - IN_EVERY_PLAN


@pytest.mark.parametrize("code", CODES)
def test_a_deployment_holds_it(code: OfDeployment) -> None:
    finding = findings_of(HELD[code]().case())[code]
    assert finding.state == "held", finding
    assert finding.events or code in ("unmet_criteria_decided",)
    assert closing_words(finding) == ""


@pytest.mark.parametrize("code", LACKING)
def test_a_deployment_lacks_it(code: OfDeployment) -> None:
    finding = findings_of(LACKING[code]().case())[code]
    assert finding.state == "gap", finding
    assert closing_words(finding)


@pytest.mark.parametrize("code", CODES)
def test_before_the_start_nothing_is_missing_that_is_still_to_come(code: OfDeployment) -> None:
    states = {code: finding.state for code, finding in findings_of(begin().case()).items()}
    assert {states[each] for each in TO_COME} == {"not yet"}
    assert finding_line(findings_of(begin().case())[code])


def test_a_standard_change_is_approved_beforehand_by_its_policy() -> None:
    standard = begin(policy=policy(), change=ChangeRequest(type="standard"))
    findings = findings_of(admitted(standard).case())
    assert findings["approval_by_role"].details == (
        "a standard change, approved beforehand by policy house version 1",
    )
    assert findings["duties_separated"].state == "not applicable"
    assert findings_of(standard.case())["approval_by_role"].state == "not yet"


def test_text_of_people_is_one_line_and_bounded() -> None:
    hostile = "\x1b[31m<b>x\u202e" + "y" * 3000
    finding = findings_of(begin(release(service=hostile, cis=[hostile] * 40)).case())["service_and_cis_named"]
    assert finding.state == "held"
    assert len(finding.details) == MOST_DETAILS + 1
    assert all(len(text) <= LONGEST_DETAIL and text.isprintable() for text in finding.details)


def test_the_command_follows_the_review_as_it_goes_on() -> None:
    def command(made: Made, code: OfDeployment) -> str:
        return findings_of(made.case())[code].command

    name = "app-2.0"
    failed = restored(admitted(begin()))
    assert command(failed, "unsuccessful_investigated") == f"orch pir open {name}"
    assert command(reviewed(failed), "unsuccessful_investigated") == f"orch pir answer {name} cause ANSWER"
    assert (
        command(reviewed(failed, "cause"), "unsuccessful_investigated")
        == f"orch pir action {name} WHAT --owner NAME --due TIME"
    )
    every = ("changes", "customer", "plan", "problems", "incidents", "lessons", "rfcs")
    assert command(reviewed(plain(), *every), "review_held") == f"orch pir close {name} --reason WHY"


@pytest.mark.parametrize("name", NAMES)
def test_every_beginning_of_every_journal_has_an_answer_to_every_code(name: str) -> None:
    records = recorded(name)
    lengths = range(1, len(records) + 1) if len(records) < 60 else (1, len(records) // 2, len(records))
    for length in lengths:
        shown = [condensed(each) for each in records[:length]]
        findings = findings_of(Case(fold(records[:length]), shown, records[-1].at))
        assert set(findings) == set(CODES)
        assert all(not each.command or each.state == "gap" for each in findings.values())
