"""Plans and targets for the tests of rules."""

from typing import Any

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target

SIX = ["web1", "web2", "web3", "web4", "web5", "web6"]
CANARIES = ("web2", "web5")


def targets(*hosts: str) -> list[Target]:
    """Targets of group web; web2 and web5 are canaries as well."""
    return [
        Target(host=host, address=f"192.0.2.{n}", groups=("web", "canary") if host in CANARIES else ("web",))
        for n, host in enumerate(hosts, start=1)
    ]


def plan_with(*, change: dict[str, Any] | None = None, **strategy: Any) -> ReleasePlan:
    """A sound plan with this strategy, and with these sections changed."""
    return ReleasePlan.model_validate(
        {
            "orch": 1,
            "purpose": "Bring the shop 2.4.0 to staging.",
            "release": {
                "name": "shop",
                "version": "2.4.0",
                "units": [
                    {
                        "name": "shop",
                        "version": "2.4.0",
                        "artefact": "dml/shop-2.4.0.tar.gz",
                        "sha256": "a" * 64,
                        "on_target": "/opt/shop/2.4.0",
                    }
                ],
            },
            "objectives": "99% of requests are answered in under 300 ms",
            "strategy": {"hosts": "web", "playbook": "playbooks/shop.yml", **strategy},
            "roles": {"deployment manager": "Ada Berg"},
            "resources": {"environment": "staging", "inventory": "inventories/staging.ini"},
            "risks": [{"risk": "space runs out", "mitigation": "space is checked"}],
            "communication": [{"audience": "service desk", "channel": "mail"}],
            "validation": {
                "environment": [{"space": {"free": "1GiB"}}],
                "acceptance": [{"http": "http://{address}:8080/"}],
            },
            "backout": {"playbook": "rollback/shop.yml", "baseline": {"files": ["/opt/shop"]}},
            "approval": {"required": ["change manager"]},
            **(change or {}),
        }
    )
