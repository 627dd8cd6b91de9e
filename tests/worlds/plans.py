"""Release plans for tests, and what is resolved of them: one small plan, and the shop's, which says more."""

from pathlib import Path
from typing import Any

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.ports import Tree
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan
from tests.fakes.authority import FakeAuthority

SHA = "0" * 64
SIX = tuple(f"web{n}" for n in range(1, 7))
"""The shop's hosts."""


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


def shop_tree(**strategy: Any) -> dict[str, Any]:
    """The shop's plan as a plain tree, with this strategy: three waves with soaks, checks of each kind, an approval."""
    chosen = {"kind": "phased", "waves": [1, 2, "rest"], **strategy}
    return {
        "orch": 1,
        "purpose": "Bring the faster checkout to the shop; no other service is touched.",
        "release": {
            "name": "shop",
            "version": "2.4.0",
            "units": [
                {
                    "name": "shop",
                    "version": "2.4.0",
                    "artefact": "dml/shop-2.4.0.tar.gz",
                    "sha256": "a7" * 32,
                    "on_target": "/opt/shop/2.4.0",
                }
            ],
            "rfcs": ["RFC-1042"],
            "known_errors": ["KE-77"],
        },
        "objectives": ["A checkout takes under 300 ms for 99 of 100 customers."],
        "strategy": {
            "hosts": "web",
            "playbook": "playbooks/shop.yml",
            "gate": {"soak": "30s", "every": "10s"},
            **chosen,
        },
        "roles": {"deployment manager": "Ann Ek", "service owner": "Cleo Ray"},
        "resources": {
            "environment": "staging",
            "inventory": "inventories/staging.yml",
            "people": ["one practitioner"],
        },
        "risks": [
            {
                "risk": "The new checkout locks the database.",
                "likelihood": "low",
                "impact": "high",
                "mitigation": "A pilot of one host soaks first.",
            }
        ],
        "communication": [{"audience": "service desk", "channel": "mail", "when": ["start", "result"]}],
        "validation": {
            "environment": [
                {"os": {"distribution": "debian", "versions": ["12"]}},
                {"space": {"free": "1GiB"}},
                {"become": "root"},
            ],
            "acceptance": [
                {"unit": "shop"},
                {
                    "http": {"url": "http://{address}:8080/", "contains": "2.4.0"},
                    "title": "shop answers with its version",
                },
            ],
        },
        "backout": {
            "playbook": "rollback/shop.yml",
            "baseline": {"files": ["/opt/shop", "/etc/shop.conf"], "units": ["shop.service"]},
        },
        "approval": {"required": ["change manager"]},
    }


def shop_plan(**strategy: Any) -> ReleasePlan:
    """The shop's plan with this strategy."""
    return plan_of(shop_tree(**strategy))


def plan_with(**strategy: Any) -> ReleasePlan:
    """The small plan with exactly this strategy, and nothing of the usual one but its hosts and its playbook."""
    tree = plan_tree()
    usual = {name: tree["strategy"][name] for name in ("hosts", "playbook")}
    return plan_of({**tree, "strategy": {**usual, **strategy}})


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
    *,
    project: Path = Path("/project"),
    plan_file: str = "plan.yml",
    tree: Tree | None = None,
    artefact: str = SHA,
) -> PreparedPlan:
    """The plan with its waves over these targets, under the rules of this authority; none of them by default."""
    authority = authority or FakeAuthority()
    tree = tree or authority.tree(plan, project, Path(plan_file))
    waves = waves_of(plan, targets).waves
    return PreparedPlan(
        plan=plan,
        plan_file=plan_file,
        plan_sha256=SHA,
        project=str(project),
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
            tree={**tree.files, **authority.inventory_in_place(plan, project)},
            artefacts=dict.fromkeys((unit.artefact for unit in plan.release.units), artefact),
        ),
        copy_size=tree.size,
    )
