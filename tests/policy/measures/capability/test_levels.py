"""Which level a period reaches: a table that a practitioner can review, and rules that hold for any period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from orchestrator.domain.evidence.capability import (
    CAPABILITY_EVIDENCE,
    CapabilityAnswer,
    CapabilityAssessment,
)
from orchestrator.policy.measures.capability.answers import is_like
from orchestrator.policy.measures.capability.assessing import assess
from orchestrator.policy.measures.capability.capability_words import MEANINGS
from orchestrator.policy.measures.capability.evidence import MEASURABLE
from orchestrator.policy.measures.capability.gaps import gaps_of
from orchestrator.policy.measures.capability.practice_facts import CapabilityCase
from orchestrator.policy.measures.period.period_report import Asked
from tests.worlds.capability import (
    ASKED,
    CRITERIA,
    MADE,
    PERIOD,
    answers_given,
    assessed,
    case,
    cases_of,
)

TABLE: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
    (Path(__file__).parents[3] / "cases" / "capability" / "levels.yml").read_text(encoding="utf-8")
)["each"]
NO_LEVEL = 0


def states(assessment: CapabilityAssessment) -> dict[str, str]:
    return {result.criterion: result.state for result in assessment.results}


@pytest.mark.parametrize("row", TABLE, ids=[row["what"] for row in TABLE])
def test_the_level_follows_from_records_and_answers(row: dict[str, Any]) -> None:
    made = assessed(cases_of(row.get("deployments", [])), answers_given(row.get("answers", {})))
    assert {name: states(made)[name] for name in row["states"]} == row["states"]
    assert [each.criterion for each in made.results if each.contradicted] == row.get("contradicted", [])
    assert made.level == row["level"]


def test_the_criteria_are_fourteen_in_four_levels_and_two_success_factors() -> None:
    assert len(CRITERIA.each) == 14
    assert {each.level for each in CRITERIA.each} == {2, 3, 4, 5}
    assert {each.factor for each in CRITERIA.each} == {"approaches", "deployments"}
    for factor in CRITERIA.factors:
        assert {each.level for each in CRITERIA.each if each.factor == factor.factor} == {2, 3, 4, 5}


def test_each_evidence_is_defined_and_asked_for_once() -> None:
    asked = [rule.evidence for each in CRITERIA.each for rule in each.evidence]
    assert sorted(asked) == sorted(CAPABILITY_EVIDENCE) == sorted(MEANINGS)


@pytest.mark.parametrize("row", TABLE, ids=[row["what"] for row in TABLE])
def test_what_is_not_met_is_a_gap_and_nothing_else_is(row: dict[str, Any]) -> None:
    made = assessed(cases_of(row.get("deployments", [])), answers_given(row.get("answers", {})))
    gaps = gaps_of(made, CRITERIA)
    assert {gap.criterion for gap in gaps} == {name for name, state in states(made).items() if state != "met"}
    assert [gap.level for gap in gaps] == sorted(gap.level for gap in gaps)


def test_an_answer_where_nobody_is_asked_changes_nothing() -> None:
    cases = cases_of([{"times": 10}])
    asked_nobody = next(each.criterion for each in CRITERIA.each if each.question is None)
    answers = answers_given({"all": "no"})
    more = {**answers, asked_nobody: answers[ASKED[0]]}
    assert assessed(cases, more) == assessed(cases, answers)


def test_only_what_is_asked_for_is_assessed() -> None:
    cases = [*cases_of([{"times": 5}]), *(case(50 + n, service="Pay", environment="stage") for n in range(3))]

    def level(**asked: str) -> tuple[int, int | None]:
        made = assess(CRITERIA, cases, {}, PERIOD, MADE, asked=Asked(**asked))
        return made.begun, made.level

    assert level() == (8, 2)
    assert level(service="pay") == (3, 2)
    assert level(environment="stage", service="shop") == (0, None)


def test_assessments_of_other_deployments_or_criteria_are_not_compared() -> None:
    made = assessed([], {})
    assert is_like(made, assessed(cases_of([{}]), {}))
    for change in ({"service": "shop"}, {"environment": "live"}, {"version": 2}, {"criteria": "other"}):
        assert not is_like(made, made.model_copy(update=change))


WORDS = st.sampled_from(["yes", "partly", "no", None])
BETTER: dict[str | None, CapabilityAnswer] = {None: "no", "no": "partly", "partly": "yes", "yes": "yes"}
FLAWS: dict[str, list[Any]] = {
    "model": [None, "rolling", "other"],
    "roles_named": [True, False],
    "documents_in_order": [True, False, None],
    "authorised": [True, False],
    "change_named": [True, False],
    "environment_governed": [True, False],
    "units_controlled": [True, False, None],
    "rehearsed": [True, False, None],
    "told": [True, False],
    "review": ["held", "late", "to_come", "not_asked"],
    "satisfaction_asked": [True, False],
    "end": ["completed", "backed out", "backed out with residue", "refused"],
    "actions": [[], ["done"], ["open"], ["done", "open"]],
    "before": [False, True],
    "model_version": [1, 2],
    "times": [1, 5],
}
ROWS = st.lists(
    st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in FLAWS.items()}), max_size=12
)
ANSWERS = st.fixed_dictionaries(dict.fromkeys(ASKED, WORDS))


def level_of(cases: list[CapabilityCase], words: dict[str, Any]) -> int:
    return assessed(cases, answers_given(words)).level or NO_LEVEL


@settings(max_examples=40)
@given(rows=ROWS, words=ANSWERS, more=st.integers(MEASURABLE, 8))
def test_more_deployments_in_order_never_lower_the_level(
    rows: list[dict[str, Any]], words: dict[str, Any], more: int
) -> None:
    """Three at least: fewer of a model that is new in the period would be some that cannot be measured."""
    cases = cases_of(rows)
    good = [case(60 + number) for number in range(more)]
    assert level_of([*cases, *good], words) >= level_of(cases, words)


@settings(max_examples=40)
@given(rows=ROWS, words=ANSWERS, name=st.sampled_from(ASKED))
def test_a_better_answer_never_lowers_the_level(
    rows: list[dict[str, Any]], words: dict[str, Any], name: str
) -> None:
    cases = cases_of(rows)
    better = {**words, name: BETTER[words[name]]}
    assert level_of(cases, better) >= level_of(cases, words)


@settings(max_examples=40)
@given(rows=ROWS, words=ANSWERS, order=st.randoms(use_true_random=False))
def test_the_order_of_deployments_does_not_matter(
    rows: list[dict[str, Any]], words: dict[str, Any], order: Any
) -> None:
    cases = cases_of(rows)
    shuffled = list(cases)
    order.shuffle(shuffled)
    assert assessed(shuffled, answers_given(words)) == assessed(cases, answers_given(words))


@settings(max_examples=40)
@given(rows=ROWS, words=ANSWERS)
def test_nothing_is_met_without_cases_or_an_answer(rows: list[dict[str, Any]], words: dict[str, Any]) -> None:
    for result in assessed(cases_of(rows), answers_given(words)).results:
        if result.state == "met":
            assert result.evidence or result.answer
            assert all(seen.of > 0 and seen.state == "met" for seen in result.evidence)
            assert not result.question or (result.answer is not None and result.answer.answer == "yes")
        assert not (result.contradicted and result.state == "met")


@settings(max_examples=40)
@given(rows=ROWS, words=ANSWERS)
def test_a_level_is_reached_when_all_of_its_criteria_and_those_below_are_met(
    rows: list[dict[str, Any]], words: dict[str, Any]
) -> None:
    made = assessed(cases_of(rows), answers_given(words))
    by_hand = 1
    while by_hand < 5 and made.met_of(by_hand + 1)[0] == made.met_of(by_hand + 1)[1]:
        by_hand += 1
    of_two = {result.state for result in made.results if result.level == 2}
    unknown = by_hand == 1 and not of_two & {"partly", "not_met"}
    assert made.level == (None if unknown else by_hand)
