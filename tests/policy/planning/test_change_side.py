"""References, assessment, class, suppliers, removal, transfer: what a plan may say, what is a fault, what is required."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from orchestrator.domain.plan.plan_kind import (
    done_words,
    due_work_of,
    impact_of,
    kind_of,
    persons_of,
    verified_words,
)
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.requirement import Required
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.change_findings import change_faults
from orchestrator.policy.planning.plan_findings import faults_of
from orchestrator.policy.planning.requirements import shortfalls
from orchestrator.policy.telling.words.assessment_words import change_sections
from tests.policy.admission_cases import laid_over
from tests.worlds.plans import plan_of, plan_tree, targets_named

CASES = Path(__file__).resolve().parents[2] / "cases" / "change"
REMOVAL: dict[str, Any] = {
    "release": {"units": [], "removes": ["old report"]},
    "validation": {
        "acceptance": [
            {"file": {"path": "/opt/report", "exists": False}, "title": "the report is gone"},
            {"http": "http://{address}/", "title": "the app answers"},
        ]
    },
    "removal": {
        "components": [
            {
                "component": "old report",
                "gone": ["the report is gone"],
                "data": {
                    "fate": "archived",
                    "what": "the sums",
                    "where": "tape 7",
                    "keep_until": "2037-01-01T00:00:00Z",
                    "by": "Ada",
                    "due": "2027-02-01T00:00:00Z",
                },
                "licences": {"none": "it had none"},
                "documentation": {"what": "marked as withdrawn", "by": "Ben", "due": "2027-01-01T00:00:00Z"},
                "consumers": {"what": "told by mail", "by": "Ada", "due": "2026-12-01T00:00:00Z"},
            }
        ]
    },
}


def removal(given: dict[str, Any] | None = None) -> ReleasePlan:
    return plan_of(laid_over(laid_over(plan_tree(), REMOVAL), given or {}))


def rows(file: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load((CASES / file).read_text("utf-8")))


@pytest.mark.parametrize("row", rows("faults.yml"), ids=lambda row: row["what"])
def test_a_fault_is_named(row: dict[str, Any]) -> None:
    if "form" in row:
        with pytest.raises(ValidationError) as raised:
            removal(row["given"])
        assert row["form"] in {_sentence(fault) for fault in raised.value.errors()} | {
            ".".join(map(str, fault["loc"])) for fault in raised.value.errors()
        }
    else:
        plan = removal(row["given"])
        assert [f"{fault.path}: {fault.expected}" for fault in change_faults(plan)] == row.get("found", [])
        assert set(change_faults(plan)) <= set(faults_of(plan))


def _sentence(fault: Any) -> str:
    context = fault.get("ctx", {})
    return f"{'.'.join(map(str, fault['loc']))}: expected {context.get('expected', '')}"


@pytest.mark.parametrize("row", rows("requirements.yml"), ids=lambda row: row["what"])
def test_what_is_required_is_missed(row: dict[str, Any]) -> None:
    plan = removal(row.get("given"))
    waves = waves_of(plan, targets_named("web1", "web2")).waves
    lacking = shortfalls(Required.model_validate(row["required"]), plan, waves)
    assert [lack.path for lack in lacking] == row["lacks"]


def test_the_kind_follows_from_what_the_release_carries() -> None:
    transfer = {
        "removal": None,
        "transfer": {
            "to": {"party": "Globex", "contact": "ops@globex.example", "role": "receiver"},
            **REMOVAL["removal"],
        },
    }
    assert kind_of(removal()) == "removal"
    assert kind_of(removal(transfer)) == "transfer"
    assert kind_of(removal({"transfer": transfer["transfer"]})) == "removal and transfer"
    deployment = plan_of(plan_tree())
    assert (kind_of(deployment), impact_of(deployment)) == ("deployment", None)
    carries = laid_over(REMOVAL, {"release": {"units": plan_tree()["release"]["units"]}})
    beside = plan_of(laid_over(plan_tree(), carries))
    assert (kind_of(beside), impact_of(beside)) == ("deployment", "major")


def test_work_that_becomes_due_is_listed_with_its_path_person_and_date() -> None:
    lines = [f"{work.path}: {work.what}, {work.by}, {work.due:%Y-%m-%d}" for work in due_work_of(removal())]
    assert lines == [
        "removal.components[0].data: the sums: archived in tape 7, kept until 2037-01-01, Ada, 2027-02-01",
        "removal.components[0].documentation: marked as withdrawn, Ben, 2027-01-01",
        "removal.components[0].consumers: told by mail, Ada, 2026-12-01",
    ]


def test_a_person_is_counted_once_with_all_roles() -> None:
    roles = {"deployment manager": "Ann", "customer": "ANN", "service owner": "Cleo"}
    plan = plan_of({**plan_tree(), "roles": roles})
    resources = plan.resources.model_copy(update={"persons": ("Eve", "Cleo")})
    assert persons_of(plan.model_copy(update={"resources": resources})) == {
        "Ann": ("deployment manager", "customer"),
        "Cleo": ("service owner",),
        "Eve": (),
    }


def test_the_change_side_is_told_part_by_part() -> None:
    given = {
        "trigger": {"what": "a fault", "reference": "INC-7", "at": "2026-03-01T21:30:00Z"},
        "assessment": {"benefit": "faster", "cost": {"words": "two days", "level": "low"}},
        "approval": {"priority": "high"},
        "release": {
            "rfcs": ["RFC-1"],
            "references": [{"kind": "problem", "id": "P-2", "effect": "mitigates"}],
        },
        "suppliers": [{"name": "Initech", "contact": "noc@initech.example", "tasks": ["swaps the disk"]}],
    }
    sections = dict(change_sections(removal(given)))
    assert sections == {
        "Trigger": ("a fault (INC-7), 2026-03-01 21:30 UTC",),
        "Class": ("impact: major", "priority: high"),
        "Assessment": ("benefit: faster", "cost (low): two days"),
        "References": ("implements request for change RFC-1", "mitigates problem P-2"),
        "Suppliers": ("Initech, by noc@initech.example: swaps the disk",),
        "Removal": (
            "old report, shown by: the report is gone",
            "data: the sums: archived in tape 7, kept until 2037-01-01, Ada by 2027-02-01 00:00 UTC",
            "documentation: marked as withdrawn, Ben by 2027-01-01 00:00 UTC",
            "consumers: told by mail, Ada by 2026-12-01 00:00 UTC",
            "licences: none, it had none",
        ),
    }


@pytest.mark.parametrize(
    ("given", "words", "left_out"),
    [
        ({}, "old report (app 2.0) is removed", "old report (app 2.0) is removed"),
        (
            {"release": {"removes": ["old report", "old form"]}},
            "old report, old form (app 2.0) are removed",
            "old report, old form (app 2.0) are removed",
        ),
        (
            {"release": {"units": plan_tree()["release"]["units"]}},
            "app 2.0 is deployed",
            "app 2.0 is verified",
        ),
    ],
)
def test_the_end_is_told_as_what_was_done(given: dict[str, Any], words: str, left_out: str) -> None:
    plan = removal(given)
    assert (done_words(plan, "app 2.0"), verified_words(plan, "app 2.0")) == (words, left_out)
