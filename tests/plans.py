"""A small release plan for tests, and what is resolved of it."""

from typing import Any

from orchestrator.domain.prepared import PreparedPlan
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.target import Target
from orchestrator.policy.rollout import waves_of

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


def prepared(plan: ReleasePlan, targets: tuple[Target, ...]) -> PreparedPlan:
    """The plan with its waves over these targets."""
    return PreparedPlan(
        plan=plan,
        plan_file="plan.yml",
        plan_sha256=SHA,
        project="/project",
        targets=targets,
        waves=waves_of(plan, targets).waves,
    )
