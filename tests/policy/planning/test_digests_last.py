"""What was approved with an earlier version stays approved: no digest of the corpus changes, and no field comes unmarked."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.release_plan import ReleasePlan, Strategy
from orchestrator.domain.plan.resources import Resources
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Gate, WaveSpec
from orchestrator.domain.rules.release_policy import Approvals, ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.canonical import Since, canonical, default_of, digest_of, later_fields
from orchestrator.domain.text.model_base import Many, Noun, Seconds, Text
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan
from tests.policy.digest_corpus import (
    digested_nouns,
    digests_now,
    fields_now,
    pinned_digests,
    pinned_fields,
)
from tests.worlds.plans import plan_tree, targets_named

PIN = "`python -m tests.policy.digest_corpus` pins what is new"


@pytest.fixture(scope="module")
def now() -> dict[str, dict[str, str]]:
    return digests_now()


@pytest.mark.parametrize("group", pinned_digests())
def test_the_digests_of_the_corpus_stay(group: str, now: dict[str, dict[str, str]]) -> None:
    assert now[group] == pinned_digests()[group], "this voids each approval and certificate of such a noun"


def test_everything_in_the_corpus_is_pinned(now: dict[str, dict[str, str]]) -> None:
    assert {group: set(of) for group, of in now.items()} == {
        group: set(of) for group, of in pinned_digests().items()
    }, PIN


@pytest.mark.parametrize("noun", digested_nouns())
def test_a_field_that_is_added_is_marked_and_no_field_goes(noun: str) -> None:
    assert noun in pinned_fields(), f"{noun} is new among what is digested; {PIN}"
    first, then = fields_now()[noun]["first"], pinned_fields()[noun]["first"]
    unmarked = sorted(set(first) - set(then))
    assert not unmarked, (
        f"{noun}: {', '.join(unmarked)} would void each approval; write Annotated[..., Since(VERSION)]"
    )
    gone = sorted(set(then) - set(first))
    assert not gone, f"{noun}: {', '.join(gone)} is digested in what was approved, and must stay as it was"


@pytest.mark.parametrize("noun", digested_nouns())
def test_a_later_field_keeps_its_mark_and_its_default(noun: str) -> None:
    """With another default, what was left out would mean another thing under the same digest."""
    known = pinned_fields()
    assert noun in known, f"{noun} is new among what is digested; {PIN}"
    assert fields_now()[noun]["later"] == known[noun]["later"], f"{noun}; {PIN}"


class Pace(Noun):
    """A noun of a later version, which has itself grown since."""

    most: Seconds = 0.0
    least: Annotated[Seconds, Since("0.3")] = 0.0


class GrownGate(Gate):
    """A gate with fields of later versions."""

    pace: Annotated[Seconds, Since("0.2")] = 0.0
    several: Annotated[Many[Text], Since("0.2")] = ()
    how: Annotated[Pace, Since("0.2")] = Pace.of_valid()


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("pace", {"pace": 1.0}),
    ("several", {"several": ["a"]}),
    ("how", {"how": {"most": 1.0}}),
    ("within", {"how": {"least": 1.0}}),
]


def test_a_later_field_at_its_default_is_not_digested() -> None:
    assert canonical(GrownGate.of_valid()) == canonical(Gate.of_valid())
    written = GrownGate.model_validate({"pace": "0s", "several": [], "how": {"most": 0, "least": 0}})
    assert canonical(written) == canonical(Gate.of_valid())


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_later_field_that_says_something_is_digested(what: str, change: dict[str, Any]) -> None:
    digests = {digest_of(GrownGate.model_validate(each), "noun") for _, each in CHANGES}
    assert digest_of(Gate.of_valid(), "noun") not in digests
    assert len(digests) == len(CHANGES)
    assert digest_of(GrownGate.model_validate(change), "noun") in digests


def test_what_a_field_of_today_says_by_default_is_digested() -> None:
    assert b'"soak":0.0' in canonical(Gate.of_valid())


class WithBoolean(Noun):
    """A later number whose default is equal, in Python, to a boolean."""

    value: Annotated[int | bool, Since("0.2")] = 0


def test_another_type_is_another_value() -> None:
    assert canonical(WithBoolean(value=False)) != canonical(WithBoolean(value=0)) == b"{}"


def test_a_later_field_without_a_default_is_refused() -> None:
    class Demanding(Noun):
        value: Annotated[int, Since("0.2")]

    assert later_fields(Demanding) == {"value": Since("0.2")}
    with pytest.raises(ValueError, match=r"Demanding\.value .* has no default"):
        default_of(Demanding, "value")


class GrownCheck(HttpCheck):
    """A check with a later field."""

    retries: Annotated[int, Since("0.2")] = 0


class GrownWave(WaveSpec):
    """A wave with a later field."""

    pace: Annotated[Seconds, Since("0.2")] = 0.0
    grown: Annotated[Many[GrownCheck], Since("0.2")] = ()


class GrownStrategy(Strategy):
    """A strategy with later fields, in it and below it."""

    speed: Annotated[Text | None, Since("0.2")] = None
    waves: Many[GrownWave] = ()


class GrownResources(Resources):
    """Resources with a later field."""

    budget: Annotated[int, Since("0.2")] = 0


class Watch(Noun):
    """A section of the plan that is not there yet."""

    by: Text | None = None


class GrownPlan(ReleasePlan):
    """A plan of a later version: a section more, and more fields in those there are."""

    strategy: GrownStrategy
    resources: GrownResources
    watch: Annotated[Watch, Since("0.2")] = Watch.of_valid()


class GrownTarget(Target):
    """A host with a later field."""

    jump: Annotated[str | None, Since("0.2")] = None


class GrownNeed(RoleNeed):
    """A need with a later field."""

    deputy: Annotated[bool, Since("0.2")] = False


class GrownApprovals(Approvals):
    """Approvals whose needs have grown."""

    before: Many[GrownNeed] = ()


class GrownPolicy(ReleasePolicy):
    """A policy with a later field deep within."""

    approvals: GrownApprovals = GrownApprovals.of_valid()


WAVES: list[Any] = [{"count": 1}, {"rest": True}]
POLICY = {"orch": 1, "policy": "p", "version": 1, "title": "P"}


def effective_of(kind: type[ReleasePlan], change: dict[str, Any], hosts: type[Target]) -> EffectivePlan:
    tree = plan_tree(waves=WAVES)
    for section, fields in change.items():
        tree[section] = {**tree.get(section, {}), **fields}
    plan = kind.model_validate(tree)
    targets = [hosts.model_validate(each.model_dump()) for each in targets_named("web1", "web2")]
    waves = waves_of(plan, targets).waves
    files = {"playbooks/app.yml": "a" * 64}
    return effective_plan(plan, targets, waves, model=None, policy=None, tree=files, artefacts={})


def test_a_plan_of_a_later_version_that_says_nothing_new_is_what_was_approved() -> None:
    then = effective_of(ReleasePlan, {}, Target)
    assert effective_of(GrownPlan, {}, GrownTarget) == then


@pytest.mark.parametrize(
    "change",
    [
        {"watch": {"by": "Ann"}},
        {"resources": {"budget": 1}},
        {"strategy": {"speed": "fast"}},
        {"strategy": {"waves": [{"count": 1, "pace": 1.0}, {"rest": True}]}},
        {"strategy": {"waves": [{"count": 1, "grown": [{"url": "http://a/"}]}, {"rest": True}]}},
    ],
    ids=["a section", "a field of a section", "a field of the strategy", "a field of a wave", "a list"],
)
def test_a_plan_that_says_something_new_is_another(change: dict[str, Any]) -> None:
    assert effective_of(GrownPlan, change, Target).digest != effective_of(ReleasePlan, {}, Target).digest


def test_a_policy_whose_needs_have_grown_is_the_same_until_one_says_so() -> None:
    needs: list[Any] = [{"role": "service owner"}]
    then = digest_of(ReleasePolicy.model_validate({**POLICY, "approvals": {"before": needs}}), "noun")
    same = GrownPolicy.model_validate({**POLICY, "approvals": {"before": needs}})
    assert digest_of(same, "noun") == then
    needs[0]["deputy"] = True
    other = GrownPolicy.model_validate({**POLICY, "approvals": {"before": needs}})
    assert digest_of(other, "noun") != then
