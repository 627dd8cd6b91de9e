"""A release reaches an environment only after success in the one before, as the journals of those before tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume, rollback
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import SHA

ROWS = YAML(typ="safe", pure=True).load(Path(__file__).parents[2] / "cases/flow.yml")
MODEL = DeploymentModel.model_validate(
    {
        "orch": 1,
        "model": "web",
        "version": 1,
        "title": "Web",
        "purpose": "Web hosts.",
        "requires": {},
        "flow": ["development", "test", "staging", "live"],
        "steps": [{"step": "Deploy.", "role": "deployment practitioner", "seen_by": "record"}],
    }
)


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_environments_in_their_order(row: dict[str, Any], tmp_path: Path) -> None:
    house = Fleet(home=tmp_path)
    for number, before in enumerate(row.get("before", [])):
        ends = before.get("ends", "completed")
        d = _deployed(house, f"before-{number}.yml", before["in"], before, ruled=False, ends=ends)
        expected = "backed out" if ends == "rolled back" or "rehearsal" in before else ends
        assert ("held" if d.driving.hold else d.state.value) == expected
    asked = _deployed(house, "asked.yml", row["to"], row, ruled=True)
    if row.get("admitted"):
        assert asked.state is (State.BACKED_OUT if "rehearsal" in row else State.COMPLETED)
    else:
        assert asked.state is State.REFUSED
        assert not asked.touched_hosts
        assert row["refused"] in asked.preparation.refusals[0]


def _deployed(
    house: Fleet, name: str, environment: str, words: dict[str, Any], *, ruled: bool, ends: str = "completed"
) -> Deployment:
    """Begun and driven as any deployment, on two hosts of its environment, until it is over or waits."""
    fails = {"backed out": ("h1", "h2"), "held": ("h1", "h2"), "completed with exceptions": ("h1",)}.get(ends)
    hosts = [f"{host}.{environment}" for host in ("h1", "h2")]
    if fails:
        failed: Any = {f"{host}.{environment}": "not_done" for host in fails}
        house.playbooks.script("deploy", None, Script(results=failed))
    else:
        house.playbooks.script("deploy", None, Script())
    release: dict[str, Any] = {"version": words.get("version", "2.4.0")}
    if "artefact" in words:
        release["units"] = [
            {"name": "shop", "version": "2.4.0", "artefact": words["artefact"], "sha256": SHA}
        ]
    sections: dict[str, Any] = {"release": release, "resources": {"environment": environment}}
    if ends == "held":
        sections["backout"] = {"on_failure": "hold"}
    if ends == "completed with exceptions":
        sections["strategy"] = {"failure_limit": {"wave": 1, "overall": 1}}
    made = house.prepared(house.plan(name, *hosts, model=MODEL if ruled else None, **sections))
    if ends == "refused":
        house.targets.machine(hosts[0]).unreachable = "no route"
    rehearsal = None
    if "rehearsal" in words:
        assert made.effective is not None
        rehearsal = Rehearsal(of=made.effective, environment=words["rehearsal"], part="backout")
    opened = open_deployment(house.ports, made, by="ann", approvals=(), rehearsal=rehearsal)
    d = resume(house.ports, opened, by="ann", watch=lambda record: None)
    if ends == "rolled back":
        return rollback(house.ports, opened, by="ann", reason="regret", watch=lambda record: None)
    return d
