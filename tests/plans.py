"""A small release plan for tests, and what is resolved of it."""

from pathlib import Path
from typing import Any

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan
from tests.fakes.authority import FakeAuthority

SHA = "0" * 64


def plan_tree(**strategy: Any) -> dict[str, Any]:
    """The plan as a plain tree; `strategy` overrides its strategy section."""
    return {
        "orch": 1,
        "purpose": "Serve the new price list.",
        "release": {
            "name": "app",
            "version": "2.0",
            "units": [
                {
                    "name": "app",
                    "version": "2.0",
                    "artefact": "dml/app.tar.gz",
                    "sha256": SHA,
                    "on_target": "/opt/app",
                }
            ],
        },
        "objectives": ["Every host answers with 2.0 within 2 s."],
        "strategy": {
            "kind": "phased",
            "hosts": "web",
            "playbook": "playbooks/app.yml",
            "waves": [1, "rest"],
            **strategy,
        },
        "roles": {"deployment manager": "Ann"},
        "resources": {"environment": "test", "inventory": "inventories/test"},
        "risks": [{"risk": "It breaks.", "mitigation": "Back out."}],
        "communication": [{"audience": "service desk", "channel": "mail"}],
        "validation": {"environment": [{"become": "root"}], "acceptance": [{"http": "http://{address}/"}]},
        "backout": {"playbook": "rollback/app.yml", "baseline": {"files": ["/etc/app"]}},
        "approval": {"required": []},
    }


def plan_of(tree: dict[str, Any]) -> ReleasePlan:
    """The plan of a tree."""
    return ReleasePlan.model_validate(tree)


def targets_named(*names: str) -> tuple[Target, ...]:
    """Targets in group `web`, the first of them in `first` too."""
    return tuple(
        Target(host=name, address=f"10.0.0.{n}", groups=("web", "first") if n == 1 else ("web",))
        for n, name in enumerate(names, 1)
    )


def prepared(
    plan: ReleasePlan,
    targets: tuple[Target, ...],
    authority: FakeAuthority | None = None,
) -> PreparedPlan:
    """The plan with its waves over these targets, under the rules of this authority; none of them by default."""
    authority, project = authority or FakeAuthority(), Path("/project")
    tree = authority.tree(plan, project, Path("plan.yml"))
    waves = waves_of(plan, targets).waves
    return PreparedPlan(
        plan=plan,
        plan_file="plan.yml",
        plan_sha256=SHA,
        project="/project",
        targets=targets,
        waves=waves,
        policy=authority.policy,
        model=authority.model,
        effective=effective_plan(
            plan,
            targets,
            waves,
            model=authority.model,
            policy=authority.policy,
            tree=tree.files,
            artefacts={unit.artefact: SHA for unit in plan.release.units},
        ),
        copy_size=tree.size,
    )
