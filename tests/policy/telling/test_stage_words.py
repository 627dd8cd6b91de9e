"""Whoever reads a plan, approves it or reads its record sees each stage, who works by hand, and which balancers are left."""

import pytest

from orchestrator.adapters.files.manual import stages
from orchestrator.adapters.files.plan_file import plan_of
from orchestrator.adapters.report.plan_sections import sections_of
from orchestrator.policy.telling.words.stage_words import late_words, staged_lines


def test_every_stage_is_told_with_what_people_do_and_where_it_leaves_the_rotation() -> None:
    plan = plan_of("stages.yml", stages().read_bytes()).noun
    schema, application, proxy, routes = staged_lines(plan)
    assert schema.startswith("Stage schema on database, once in the deployment, on one host: deploy playbook")
    assert "out of rotation before it is touched: haproxy shop, within 1 min" in application
    assert "taken back with rollback/proxy.yml" in proxy
    assert "by hand, network provider: Send the address of the shop to the new proxies." in routes
    assert "within 4 h, then service owner is told and it is backed out" in routes
    assert ("stages", staged_lines(plan)) in [row for _, rows in sections_of(plan) for row in rows]


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ({}, ""),
        ({"escalate_to": "service owner"}, "service owner is told"),
        ({"then": "back out"}, "it is backed out"),
        ({"escalate_to": "service owner", "then": "back out"}, "service owner is told and it is backed out"),
    ],
)
def test_what_follows_a_late_step_is_told_whole(late: dict[str, str], words: str) -> None:
    plan = plan_of("stages.yml", stages().read_bytes()).noun
    step = plan.stages[-1].manual
    assert step is not None
    assert late_words(step.model_copy(update={"escalate_to": None, "then": "wait", **late})) == words
