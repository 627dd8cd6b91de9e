"""What each section of a plan must say: no placeholder, no check that cannot fail, no decision of nobody."""

import copy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml  # type: ignore[import-untyped]

from orchestrator.domain.plan.planning_mistake import MistakeCode
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.planning.planning_mistakes import Severity, planning_mistakes, severity_of
from tests.worlds.plans import SHA

TABLE = yaml.safe_load((Path(__file__).parents[2] / "cases" / "planning_mistakes.yml").read_text())
HOSTS = (Target.of_valid(host="web1", address="192.0.2.1"), Target.of_valid(host="web2", address="192.0.2.2"))
SOUND: dict[str, Any] = {
    "orch": 1,
    "purpose": "Customers see the price of each plum.",
    "release": {
        "name": "shop",
        "version": "2.4.0",
        "units": [{"name": "shop", "version": "2.4.0", "artefact": "dml/shop-2.4.0.tar.gz", "sha256": SHA}],
        "removes": ["the report of 2019"],
        "rfcs": ["RFC-1042"],
    },
    "objectives": ["99 of 100 requests take under 2 s"],
    "strategy": {
        "kind": "phased",
        "hosts": "web",
        "playbook": "playbooks/shop.yml",
        "waves": [{"name": "first", "count": 1, "objective": "Every plum has a price."}, "rest"],
    },
    "roles": {"deployment manager": "Ada Berg", "change manager": "Li Wei", "service owner": "Nadia Costa"},
    "resources": {
        "environment": "staging",
        "inventory": "inventories/staging",
        "people": ["one practitioner"],
        "tools": ["psql"],
    },
    "schedule": {
        "window": {"opens": "2027-03-01T22:30:00+01:00", "closes": "2027-03-02T02:00:00+01:00"},
        "milestones": [{"at": "2027-03-01T22:30:00+01:00", "what": "The first wave begins."}],
    },
    "risks": [{"risk": "a host has no room", "mitigation": "space is checked before"}],
    "communication": [{"audience": "service desk", "channel": "mail"}],
    "validation": {"environment": [{"become": "root"}], "acceptance": [{"http": "http://{address}/"}]},
    "backout": {"playbook": "rollback/shop.yml", "baseline": {"files": ["/opt/shop"]}},
    "approval": {
        "required": ["change manager"],
        "sign_off": ["service owner"],
        "reason": "The shop shows no prices.",
    },
}


def found_with(at: list[Any], value: object) -> list[tuple[str, str]]:
    """Codes and paths of the findings in the sound plan with this one change."""
    tree = copy.deepcopy(SOUND)
    place = tree
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = value
    plan = ReleasePlan.model_validate(tree)
    tests = TABLE["testinfra"]
    return [(code, objection.path) for code, objection in planning_mistakes(plan, HOSTS, tests)]


def path_at(at: list[Any]) -> str:
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return words.removeprefix(".")


def rows_of(kind: str) -> list[Any]:
    return [
        pytest.param(row["at"], row["code"], text, id=f"{row['code']} {path_at(row['at'])} {text!a}")
        for row in TABLE["texts"]
        for text in row[kind]
    ]


def checks_of(kind: str) -> list[Any]:
    return [
        pytest.param(row["code"], check, id=f"{row['code']} {check}")
        for row in TABLE["checks"]
        for check in row.get(kind, [])
    ]


def spelled(check: dict[str, Any]) -> dict[str, Any]:
    """The check with fields beside a bare value moved below its kind."""
    (kind, body), *beside = check.items()
    if not beside:
        return check
    return {kind: {"run": body, **dict(beside)}}


@pytest.mark.parametrize(("at", "code", "text"), rows_of("empty"))
def test_what_says_nothing_is_found(at: list[Any], code: str, text: str) -> None:
    assert code in [each for each, _path in found_with(at, text)]


@pytest.mark.parametrize(("at", "code", "text"), rows_of("sound"))
def test_an_honest_text_passes(at: list[Any], code: str, text: str) -> None:
    assert found_with(at, text) == []


@pytest.mark.parametrize(("code", "check"), checks_of("empty"))
def test_a_check_that_cannot_fail_is_found(code: str, check: dict[str, Any]) -> None:
    findings = found_with(["validation", "acceptance"], [spelled(check)])
    assert findings == [(code, "validation.acceptance[0]")]


@pytest.mark.parametrize(("code", "check"), checks_of("sound"))
def test_a_check_that_can_fail_passes(code: str, check: dict[str, Any]) -> None:
    assert found_with(["validation", "acceptance"], [spelled(check)]) == []


@pytest.mark.parametrize(("code", "check"), checks_of("entry_sound"))
def test_before_the_deployment_a_check_may_say_what_a_host_is_like(code: str, check: dict[str, Any]) -> None:
    assert found_with(["validation", "environment"], [check]) == []


def test_a_finding_is_at_the_text_that_says_nothing() -> None:
    assert found_with(["risks", 0, "mitigation"], "n/a") == [
        ("mitigation.says_nothing", "risks[0].mitigation")
    ]


def of_class(words: str) -> dict[str, Any]:
    """The sound plan as a change of this type or class of impact, in the words of the table."""
    tree = copy.deepcopy(SOUND)
    for word in words.split():
        if word == "removal":
            tree["release"]["units"] = []
        else:
            tree["approval"]["impact" if word in ("major", "significant") else "change"] = word
    return tree


@pytest.mark.parametrize(("code", "change", "place", "setting", "severity"), TABLE["severity"])
def test_severity_is_by_class(code: Any, change: str, place: Any, setting: str, severity: str) -> None:
    assert severe(code, change, place, setting) == severity


def severe(code: Any, change: str, place: Any, setting: str) -> Severity:
    """The severity of a finding in a plan of this class, for this class of environment."""
    plan = ReleasePlan.model_validate(of_class(change))
    known = {"orch": 1, "environment": "staging", "title": "Shop", "class": place, "owner": "Ann Ek"}
    environment = None if place == "unknown" else Environment.model_validate(known)
    rules = {"orch": 1, "policy": "shop", "version": 1, "title": "Shop", "planning_mistakes": setting}
    return severity_of(code, plan, environment, ReleasePolicy.model_validate(rules))


@pytest.mark.parametrize("code", get_args(MistakeCode))
@pytest.mark.parametrize("place", ["test", "live"])
@pytest.mark.parametrize("setting", ["by class", "fault"])
def test_a_major_change_is_judged_at_least_as_strictly_as_a_normal_one(
    code: Any, place: Any, setting: str
) -> None:
    strictness = ("warning", "fault")
    of_normal, of_major = (
        strictness.index(severe(code, each, place, setting)) for each in ("normal", "major")
    )
    assert of_major >= of_normal


EXAMPLES = sorted((Path(__file__).parents[3] / "plans").glob("*.yml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_plans_of_the_example_are_free_of_findings(file: Path) -> None:
    plan = ReleasePlan.model_validate(yaml.safe_load(file.read_text()))
    assert list(planning_mistakes(plan)) == []


@pytest.mark.parametrize(
    ("instruction", "evidence", "paths"),
    [
        ("Switch the record to the new address.", "the ticket of the provider", []),
        ("Do it manually.", "the ticket of the provider", ["strategy.stages[0].manual.instruction"]),
        ("Switch the record.", "n/a", ["strategy.stages[0].manual.evidence"]),
    ],
)
def test_a_step_by_hand_says_what_to_do_and_what_shows_it(
    instruction: str, evidence: str, paths: list[str]
) -> None:
    tree = copy.deepcopy(SOUND)
    stage = {
        "name": "names",
        "on": "web",
        "manual": {"who": "deployment manager", "instruction": instruction, "evidence": evidence},
        "acceptance": [{"http": "http://{address}/"}],
        "backout": "rollback/names.yml",
    }
    tree["strategy"] = {"kind": "phased", "hosts": "web", "stages": [stage]}
    del tree["backout"]["playbook"]
    plan = ReleasePlan.model_validate(tree)
    assert [objection.path for _code, objection in planning_mistakes(plan, HOSTS)] == paths
