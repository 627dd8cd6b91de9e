"""The effective plan: whatever changes, its digest changes, and the change is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, Ingredient, changes_between
from orchestrator.domain.text.canonical import canonical, digest_of

digests = st.integers(0, 3).map(lambda n: f"{n:064x}")
parts = st.dictionaries(st.sampled_from(["a", "b", "c/d"]), digests, max_size=3)
plans = st.tuples(*[parts for _ in INGREDIENTS]).map(
    lambda all_parts: EffectivePlan(
        ingredients=tuple(
            Ingredient(name=name, parts=some) for name, some in zip(INGREDIENTS, all_parts, strict=True)
        )
    )
)


@settings(deadline=None)
@given(first=plans, other=plans)
def test_two_plans_have_one_digest_only_where_nothing_changed(
    first: EffectivePlan, other: EffectivePlan
) -> None:
    changes = changes_between(first, other)
    assert (first.digest == other.digest) == (not changes)
    assert [change.ingredient for change in changes] == [
        a.name for a, b in zip(first.ingredients, other.ingredients, strict=True) if a.digest != b.digest
    ]


@settings(deadline=None)
@given(first=plans, other=plans)
def test_a_change_names_just_the_parts_that_are_not_the_same(
    first: EffectivePlan, other: EffectivePlan
) -> None:
    for change in changes_between(first, other):
        old, new = (
            next(i.parts for i in plan.ingredients if i.name == change.ingredient) for plan in (first, other)
        )
        named = {*change.changed, *change.added, *change.removed}
        assert named == {part for part in {*old, *new} if old.get(part) != new.get(part)}
        assert len(named) == len(change.changed) + len(change.added) + len(change.removed)


def test_one_part_under_two_ingredients_is_not_the_same() -> None:
    some = {"a": "0" * 64}
    assert Ingredient(name="hosts", parts=some).digest != Ingredient(name="variables", parts=some).digest


@pytest.mark.parametrize("names", [INGREDIENTS[:-1], (*INGREDIENTS, "hosts"), INGREDIENTS[::-1]])
def test_all_ingredients_once_and_in_their_order(names: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError):
        EffectivePlan(ingredients=tuple(Ingredient(name=name, parts={}) for name in names))


@settings(deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
    )
)
def test_the_order_of_keys_means_nothing(value: Any) -> None:
    def turned(node: Any) -> Any:
        return {key: turned(node[key]) for key in reversed(node)} if isinstance(node, dict) else node

    assert canonical(turned(value)) == canonical(value)


def test_a_digest_of_one_kind_is_none_of_another() -> None:
    assert digest_of({}, "host") != digest_of({}, "variable")


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical({"a": float("nan")})
    with pytest.raises(TypeError):
        canonical({"a": object()})
