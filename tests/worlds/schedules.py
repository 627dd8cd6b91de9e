"""What tests of the schedule share: a policy with a window and freezes, and deployments that begin and end in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.use_cases.deployment_commands import open_deployment, signal
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = ReleasePolicy.model_validate(
    {
        "orch": 1,
        "policy": "live",
        "version": 1,
        "title": "Live",
        "windows": [
            {"name": "night", "zone": "UTC", "starts": "2026-03-01T22:00", "lasts": "6h", "repeats": "FREQ=DAILY"}
        ],
        "freezes": [
            {"name": "sale", "zone": "UTC", "starts": "2026-03-05T00:00", "lasts": "2d", "reason": "sale",
             "override": ["owner"]},
            {"name": "audit", "zone": "UTC", "starts": "2026-03-09T00:00", "lasts": "1d", "reason": "audit"},
        ],
    }
)  # fmt: skip


def at(house: Fleet, moment: timedelta) -> None:
    """Let it be so long after the start of the test."""
    house.clock.jump((START + moment - house.clock.now()).total_seconds())


def running(house: Fleet, name: str, *hosts: str, **sections: Any) -> str:
    """A deployment that has begun and is paused."""
    plan = house.prepared(house.plan(name, *hosts, **sections))
    made = open_deployment(house.ports, plan, by="bo", approvals=())
    signal(house.ports, made, e.Approved(basis="none asked"))
    signal(house.ports, made, e.WindowOpened(basis="none"))
    signal(house.ports, made, e.Paused(by="bo", reason="lunch"))
    return made


def end(house: Fleet, name: str) -> None:
    signal(house.ports, name, e.DeploymentRefused(stage="environment", reasons=("never mind",)))
