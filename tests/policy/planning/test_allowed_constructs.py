"""Which constructs stand with what a plan allows and gives, and the way out that each of the others names."""

from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.policy.planning.allowed_constructs import names_no_task, standing


def finding(**changes: Any) -> PlaybookFinding:
    given = {"file": "site.yml", "kind": "x", "what": "w", "severity": "refuse", "next_move": "take it out"}
    return PlaybookFinding.model_validate({**given, **changes})


def way_out(construct: PlaybookFinding, allow: Allowance, **variables: str) -> str | None:
    stands = standing(construct, "strategy", allow, variables, "web:lb")
    return None if stands is None else stands.next_move


CHECK = finding(allowed_by="check_mode_tasks", names=("Look", "Compare"))
LOST = finding(allowed_by="unreachable_tasks", names=("Ask the balancer",))
IGNORED = finding(severity="warn", allowed_by="ignored_tasks", names=("Stop", "Remove"))
OF_ITEMS = finding(severity="warn", allowed_by="ignored_tasks", names=("Install {{ item }}",))
FACTS = finding(allowed_by="injected_facts", next_move="write ansible_facts['fqdn']")
ELSEWHERE = finding(severity="warn", allowed_by="delegates", names=("db9",))
SOMEWHERE = finding(severity="warn", allowed_by="delegates")
ON_CONTROLLER = finding(severity="warn", allowed_by="delegates", names=("localhost",))

ALLOWED = [
    (CHECK, Allowance(check_mode_tasks=("Look", "shop : Compare"))),
    (LOST, Allowance(unreachable_tasks=("Ask the balancer",))),
    (IGNORED, Allowance(ignored_tasks=("Remove",))),
    (OF_ITEMS, Allowance(ignored_tasks=("Install {{ item }}",))),
    (OF_ITEMS, Allowance(ignored_tasks=("shop : Install {{ item }}",))),
    (
        finding(severity="warn", allowed_by="rescued_tasks", names=("Set {{ package }}",)),
        Allowance(rescued_tasks=("Set nginx",)),
    ),
    (FACTS, Allowance(injected_facts=True)),
    (ELSEWHERE, Allowance(delegates=("db9",))),
    (SOMEWHERE, Allowance(delegates=("db9",))),
    (ON_CONTROLLER, Allowance(delegates=("127.0.0.1",))),
]


@pytest.mark.parametrize(("construct", "allow"), ALLOWED)
def test_what_is_allowed_is_not_named_again(construct: PlaybookFinding, allow: Allowance) -> None:
    assert way_out(construct, allow) is None
    assert way_out(construct, Allowance()) is not None


STANDING = [
    (CHECK, Allowance(), "write `allow: {check_mode_tasks: [Look, Compare]}` in `strategy`"),
    (
        CHECK,
        Allowance(check_mode_tasks=("Look",)),
        "write `allow: {check_mode_tasks: [Compare]}` in `strategy`",
    ),
    (LOST, Allowance(), "write `allow: {unreachable_tasks: [Ask the balancer]}` in `strategy`"),
    (OF_ITEMS, Allowance(ignored_tasks=("Install nginx",)), '["Install {{ item }}"]'),
    (
        FACTS,
        Allowance(),
        "write ansible_facts['fqdn'], or write `allow: {injected_facts: true}` in `strategy`",
    ),
    (
        finding(allowed_by="check_mode_tasks", names=("a", "b", "c", "d", "e")),
        Allowance(),
        "[a, b, c, and the 2 others]",
    ),
]


@pytest.mark.parametrize(("construct", "allow", "words"), STANDING)
def test_the_way_out_is_named(construct: PlaybookFinding, allow: Allowance, words: str) -> None:
    assert words in (way_out(construct, allow) or "")


PROMPTS = finding(kind="vars_prompt", asked=("release", "token"))


def test_a_prompt_stands_only_for_what_the_plan_does_not_give() -> None:
    assert way_out(PROMPTS, Allowance(), release="2", token="x") is None
    stands = standing(PROMPTS, "backout", Allowance(), {"release": "2"}, "web")
    assert stands is not None
    assert stands.what == "asks a person for token, and nobody is there"
    assert stands.next_move.startswith(
        "give it in the plan, `variables: {token: ...}` in `backout`, and nobody is asked"
    )


def test_names_that_no_task_has() -> None:
    tasks = ["Install {{ item }}", "Set {{ package }}", "Stop"]
    fit = ["Install {{ item }}", "shop : Install {{ item }}", "Set nginx", "Stop", "shop : Stop"]
    assert names_no_task(fit, tasks) == []
    assert names_no_task(["Install nginx", "stop", "Start"], tasks) == ["Install nginx", "stop", "Start"]
