"""The change side of a plan stands in the sections of the record, and the short lists of records with it."""

from orchestrator.adapters.report.plan_sections import sections_of
from tests.policy.admission_cases import laid_over
from tests.worlds.plans import plan_of, plan_tree

CHANGE_SIDE = {
    "trigger": "the contract ends",
    "assessment": {"benefit": "faster"},
    "release": {"rfcs": ["RFC-1"], "incidents": ["INC-2"]},
    "approval": {"impact": "significant", "priority": "low"},
    "suppliers": [{"name": "Initech", "contact": "noc@initech.example"}],
    "resources": {"persons": ["Eve"]},
}


def test_every_part_is_in_the_record() -> None:
    sections = dict(sections_of(plan_of(laid_over(plan_tree(), CHANGE_SIDE))))
    assert sections["Change"] == [
        ("trigger", ["the contract ends"]),
        ("class", ["impact: significant", "priority: low"]),
        ("assessment", ["benefit: faster"]),
        ("references", ["implements request for change RFC-1", "resolves incident INC-2"]),
        ("suppliers", ["Initech, by noc@initech.example"]),
    ]
    assert ("persons", ["Eve"]) in sections["6 Resource requirements"]


def test_a_plan_without_any_of_it_has_no_such_section() -> None:
    assert "Change" not in dict(sections_of(plan_of(plan_tree())))
