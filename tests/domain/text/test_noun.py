"""Nouns made and changed without validation are those that validation makes."""

from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import Standing
from orchestrator.domain.evidence.run_evidence import Recap
from orchestrator.domain.plan.effective_plan import Ingredient
from orchestrator.domain.text.model_base import Noun
from tests.journals.corpus import NAMES, folded


@pytest.mark.parametrize("name", NAMES)
def test_a_noun_of_valid_fields_is_the_one_that_validation_makes(name: str) -> None:
    d = folded(name)
    given = {field: getattr(d, field) for field in sorted(d.model_fields_set, reverse=True)}
    made = Deployment.of_valid(**given)
    assert made == Deployment(**given) == d
    assert made.model_dump_json() == Deployment(**given).model_dump_json()
    assert made.model_fields_set == d.model_fields_set


def test_what_is_not_given_has_its_default() -> None:
    assert Standing.of_valid(host="h1", wave=0) == Standing(host="h1", wave=0)


@pytest.mark.parametrize("given", [{"host": "h1"}, {"host": "h1", "wave": 0, "hots": "h2"}])
def test_a_missing_or_unknown_field_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Standing has the fields host, wave"):
        Standing.of_valid(**given)


def test_a_changed_noun_keeps_nothing_that_was_worked_out_of_it() -> None:
    ingredient = Ingredient(name="plan", parts={"a": "0" * 64})
    before = ingredient.digest
    other = ingredient.model_copy(update={"parts": {"a": "1" * 64}})
    assert other == Ingredient(name="plan", parts={"a": "1" * 64})
    assert other.digest == Ingredient(name="plan", parts={"a": "1" * 64}).digest != before
    assert ingredient.model_dump_json() == Ingredient(name="plan", parts={"a": "0" * 64}).model_dump_json()


def test_what_never_changes_is_not_copied_deeply() -> None:
    noun: Noun = Standing(host="h1", wave=0)
    with pytest.raises(TypeError, match="deeply"):
        noun.model_copy(deep=True)


def test_a_noun_is_updated_as_it_is_copied() -> None:
    before = Recap(ok=3, failures=1)
    after = Recap.updated(before, failures=2)
    assert after == before.model_copy(update={"failures": 2}) == Recap(ok=3, failures=2)
    assert after.model_fields_set == {"ok", "failures"}
