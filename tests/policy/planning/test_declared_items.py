"""A plan declares only what its own baseline sees."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.policy.planning.plan_findings import faults_of
from tests.worlds.plans import plan_of, plan_tree

BASELINE = {
    "files": ["/etc/app"],
    "exclude": ["/etc/app/cache"],
    "packages": "none",
    "users": False,
    "units": ["app"],
    "commands": [{"name": "schema version", "run": "true"}],
}
ROWS = [
    ({"file": "/etc/app/db"}, ""),
    ({"file": "/srv/db"}, "add it to files there"),
    ({"file": "/etc/app/cache/x"}, "add it to files there"),
    ({"package": "app"}, "add packages: all there"),
    ({"user": "app"}, "add users: true there"),
    ({"unit": "app.service"}, ""),
    ({"unit": "other"}, "add it to units there"),
    ({"sysctl": "dev.cdrom.lock"}, "add it to sysctl there"),
    ({"sysctl": "vm.swappiness"}, ""),
    ({"file": "/etc/cron.d/app"}, ""),
    ({"command": "schema version"}, ""),
    ({"command": "schema"}, "add it to commands there"),
]


@pytest.mark.parametrize(("item", "move"), ROWS, ids=str)
def test_a_declared_item_is_in_the_baseline(item: dict[str, Any], move: str) -> None:
    tree = plan_tree()
    tree["backout"] = {
        **tree["backout"],
        "baseline": BASELINE,
        "changes": [{"task": "Migrate", "changes": [item]}],
    }
    objections = [each for each in faults_of(plan_of(tree)) if each.path.startswith("backout.changes")]
    assert [each.next_move.startswith(move) for each in objections] == ([True] if move else [])
    assert all(each.path == f"backout.changes[0].changes[0].{next(iter(item))}" for each in objections)
