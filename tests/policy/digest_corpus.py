"""The corpus of digests: what was approved with an earlier version, and the digests that it was approved by.

`python -m tests.policy.digest_corpus` adds what is not pinned yet; what is pinned it leaves as it is, for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from ruamel.yaml import YAML

from orchestrator.adapters.store.baselines import canonical as baseline_content
from orchestrator.domain.authority import approval, rehearsal
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.rehearsal import Certificate, MeasuredWave
from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem
from orchestrator.domain.plan.effective_plan import REHEARSED, EffectivePlan
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.canonical import default_of, digest_of, later_fields, nouns_within
from orchestrator.domain.text.model_base import Noun
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan, host_digest

HERE = Path(__file__).resolve().parents[1] / "cases" / "digests"
DIGESTS = HERE / "digests.json"
FIELDS = HERE / "fields.json"
ROOTS: tuple[type[Noun], ...] = (
    ReleasePlan,
    DeploymentModel,
    ReleasePolicy,
    Target,
    ApprovalStatement,
    Certificate,
    Baseline,
)
"""The nouns that are digested or signed; what they are made of is digested with them."""

AT = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
N = TypeVar("N", bound=Noun)
Pinned = dict[str, str]


class Fields(TypedDict):
    """The fields of a digested noun."""

    first: list[str]
    later: dict[str, list[Any]]


def digested_nouns() -> dict[str, type[Noun]]:
    """Every noun that reaches a digest or a signature, by module and name."""
    kinds = {kind: None for root in ROOTS for kind in nouns_within(root)}
    return {
        f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}": kind
        for kind in kinds
        if issubclass(kind, Noun)
    }


def fields_now() -> dict[str, Fields]:
    """Of each digested noun the fields of its first version, and those added later with version and default."""
    return {name: _fields(kind) for name, kind in digested_nouns().items()}


def _fields(kind: type[Noun]) -> Fields:
    marks = later_fields(kind)
    return {
        "first": [name for name in kind.model_fields if name not in marks],
        "later": {name: [mark.version, default_of(kind, name)] for name, mark in marks.items()},
    }


def digests_now() -> dict[str, Pinned]:
    """Every digest of the corpus, as this version takes it."""
    plans = _read("plans", ReleasePlan)
    models = _read("models", DeploymentModel)
    policies = _read("policies", ReleasePolicy)
    return {
        **{f"plan {name}": _of_plan(plan, None, None) for name, plan in plans.items()},
        "plan good with model and policy": _of_plan(plans["good"], models["whole"], policies["whole"]),
        "models": {name: digest_of(model, "noun") for name, model in models.items()},
        "policies": {name: digest_of(policy, "noun") for name, policy in policies.items()},
        "others": {name: make() for name, make in _OTHERS.items()},
    }


def _read(folder: str, kind: type[N]) -> dict[str, N]:
    files = sorted((HERE / folder).glob("*.yml"))
    return {path.stem: kind.model_validate(YAML(typ="safe", pure=True).load(path)) for path in files}


def _targets(plan: ReleasePlan) -> tuple[Target, ...]:
    """Hosts enough for every plan of the corpus, in the groups and under the names that it asks for."""
    named = [host for wave in plan.strategy.waves for host in wave.hosts or ()]
    named += plan.strategy.pilot.hosts or () if plan.strategy.pilot is not None else ()
    names = dict.fromkeys([*(f"host{n}" for n in range(1, 31)), *named])
    groups = {wave.group for wave in plan.strategy.waves if wave.group}
    return tuple(
        Target(host=name, address=f"10.0.0.{n}", groups=("web", *(groups if n % 3 == 0 else ())))
        for n, name in enumerate(names, 1)
    )


def _of_plan(plan: ReleasePlan, model: DeploymentModel | None, policy: ReleasePolicy | None) -> Pinned:
    effective = _effective(plan, model, policy)
    parts = {f"plan / {name}": digest for name, digest in effective.parts("plan").items()}
    return {"effective plan": effective.digest, **effective.digests, **parts}


def _effective(
    plan: ReleasePlan, model: DeploymentModel | None, policy: ReleasePolicy | None
) -> EffectivePlan:
    targets = _targets(plan)
    rollout = waves_of(plan, targets)
    assert not rollout.objections, rollout.objections
    tree = {plan.playbooks[0]: "a" * 64, f"{plan.resources.inventory}/hosts.yml": "b" * 64}
    return effective_plan(
        plan, targets, rollout.waves, model=model, policy=policy, tree=tree, artefacts={"dml/shop": "c" * 64}
    )


def _approval(**fields: Any) -> str:
    signed = ApprovalStatement(
        decision="override" if "overrides" in fields else "approve",
        role="service owner",
        person="Nadia Costa",
        key="d" * 64,
        plan_digest="e" * 64,
        subject="shop-2.4.0-20260302-210000",
        reason="looked at",
        made_at=AT,
        expires=AT + timedelta(days=30),
        nonce="f" * 32,
        **fields,
    )
    return _sha(approval.payload(signed))


def _certificate(**fields: Any) -> str:
    signed = Certificate(
        release="shop",
        version="2.4.0",
        environment="staging",
        deployments=("shop-2.4.0-20260301-210000",),
        covers=dict.fromkeys(REHEARSED, "a" * 64),
        rehearsed_at=AT,
        restored=True,
        waves=(MeasuredWave(wave=0, hosts=1, deploy=20.0, verify=1.5, back_out=12.0),),
        key="d" * 64,
        nonce="f" * 32,
        **fields,
    )
    return _sha(rehearsal.payload(signed))


def _baseline() -> str:
    item = ConfigurationItem(kind="file", name="/etc/shop.conf", attributes={"sha256": "a", "exists": True})
    return _sha(baseline_content(Baseline(host="web1", machine_id="m", captured_at=AT, items=(item,))))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


_OTHERS: dict[str, Callable[[], str]] = {
    "a host": lambda: host_digest(Target(host="web1", address="10.0.0.1"), 0),
    "a host with every field": lambda: host_digest(
        Target(host="web1", address="10.0.0.1", port=2222, user="ann", groups=("web",), private_key="k",
               known_hosts="h", python="/opt/python"), None),
    "what is signed under an approval": _approval,
    "what is signed under an override": lambda: _approval(overrides="window"),
    "what is signed under a certificate": _certificate,
    "what is signed under a certificate of both parts": lambda: _certificate(
        failure_in=(1,), idempotent=("playbooks/shop.yml",)),
    "a baseline": _baseline,
}  # fmt: skip


def pinned_digests() -> dict[str, Pinned]:
    """The digests that were pinned, and stay."""
    read: dict[str, Pinned] = json.loads(DIGESTS.read_text(encoding="utf-8"))
    return read


def pinned_fields() -> dict[str, Fields]:
    """The fields that were pinned, and stay."""
    read: dict[str, Fields] = json.loads(FIELDS.read_text(encoding="utf-8"))
    return read


def main() -> None:
    """Pin what is not pinned yet: digests, nouns, and marked fields of nouns."""
    digests = pinned_digests()
    for group, now in digests_now().items():
        digests[group] = {**now, **digests.get(group, {})}
    fields = pinned_fields()
    for name, now_fields in fields_now().items():
        known = fields.setdefault(name, now_fields)
        known["later"] = {**now_fields["later"], **known["later"]}
    for file, content in ((DIGESTS, digests), (FIELDS, fields)):
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
