"""The tree of a release in stages: what an earlier stage reached stays as it was, while a host is at work in a later one."""

from typing import Any

from orchestrator.cli.verbs.viewing.status import driver_words
from orchestrator.cli.views.paint import painted
from orchestrator.cli.views.tree import tree_lines
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.telling.timeline_builder import story_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.stages import staged

APP = {
    "name": "app",
    "on": "app1:app2",
    "waves": [1, "rest"],
    "playbook": "playbooks/app.yml",
    "acceptance": [{"tcp": 8080}],
    "backout": "rollback/app.yml",
}
ROUTES = {
    "name": "routes",
    "on": "app1:app2",
    "manual": {
        "who": "Acme",
        "instruction": "Send the address.",
        "evidence": "A ticket.",
        "confirmed_by": "deployment manager",
    },
    "acceptance": [{"tcp": 443}],
    "backout": "rollback/routes.yml",
}


def fleet_of(*stages: dict[str, Any]) -> Fleet:
    tree = staged(list(stages)) | {"suppliers": [{"name": "Acme", "contact": "noc@acme.example"}]}
    return Fleet(tree, ("app1", "app2"))


def shown(fleet: Fleet, d: Deployment) -> list[str]:
    lines = tree_lines(d, story_of(fleet.ports.journal.read(d.id)), d.last_at, {})
    return [text.plain.rstrip() for text in painted(lines, 100, whole=True)]


def heads(fleet: Fleet, d: Deployment) -> list[str]:
    """The sign and the counts of each wave."""
    waves = [line for line in shown(fleet, d) if line[2:].startswith(("app", "routes"))]
    return [f"{line[0]} {line[17:60].removeprefix('1 ').removeprefix('2 ').strip()}" for line in waves]


def test_hosts_that_are_in_a_later_stage_are_verified_in_the_earlier_one() -> None:
    fleet = fleet_of(APP, ROUTES)
    assert heads(fleet, fleet.deploy()) == ["✓ verified", "✓ verified", "⠋ deploying"]


def test_a_host_that_an_earlier_stage_left_down_is_not_called_verified_there() -> None:
    fleet = fleet_of(APP | {"failure_limit": 1, "waves": [2]}, ROUTES)
    fleet.playbooks.script("deploy", ("app1", "app2"), Script({"app2": "not_done"}))
    assert heads(fleet, fleet.deploy()) == ["✗ verified, 1 failed", "✗ deploying, 1 failed"]


def test_nobody_is_sent_to_resume_what_waits_for_work_by_hand() -> None:
    d = fleet_of(APP, ROUTES).deploy()
    assert driver_words(d, d.last_at) == ""


def test_a_host_of_several_stages_is_counted_once() -> None:
    fleet = fleet_of(*(APP | {"name": f"app-{n}", "waves": ["rest"]} for n in range(4)))
    fleet.targets.machine("app1").script("become", ("failed", "no root"))
    assert any("2 hosts in 4 waves, not touched" in line for line in shown(fleet, fleet.deploy()))
