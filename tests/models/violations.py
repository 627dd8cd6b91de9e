"""How to violate each requirement of a model: a change of an example's plan, and where the objection then is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Tree = dict[str, Any]
Violation = Callable[[Tree, Any], str]


def _kind(plan: Tree, _asked: Any) -> str:
    strategy = plan["strategy"]
    stages = strategy.pop("stages", None)
    strategy["kind"] = "big-bang"
    strategy.pop("waves", None)
    if stages is not None:
        strategy["playbook"] = "playbooks/app.yml"
        plan["backout"]["playbook"] = "rollback/app.yml"
    return "strategy.kind"


def _all_at_once(plan: Tree, _asked: Any) -> str:
    for part in plan["strategy"].get("stages", [plan["strategy"]]):
        if not part.get("once"):
            part["waves"] = ["rest"]
    return "strategy."


def _gate(field: str, value: Any) -> Violation:
    def violate(plan: Tree, _asked: Any) -> str:
        for gate in _gates(plan["strategy"]):
            gate[field] = value
        return f".gate.{field}"

    return violate


def _gates(part: Any) -> list[Tree]:
    """All gates of a strategy, however deep."""
    if isinstance(part, list):
        return [gate for item in part for gate in _gates(item)]
    if not isinstance(part, dict):
        return []
    own = [part["gate"]] if "gate" in part else []
    return own + [gate for name, value in part.items() if name != "gate" for gate in _gates(value)]


def _units(plan: Tree, asked: Any) -> str:
    release = plan["release"]
    if asked == "some":
        release.update(units=[], removes=["something"])
    else:
        release["units"] = [{"name": "a", "version": "1", "artefact": "dml/a", "sha256": "0" * 64}]
    return "release.units"


def _removes(plan: Tree, asked: Any) -> str:
    plan["release"]["removes"] = [] if asked == "some" else ["something"]
    if asked == "some":
        _units(plan, "none")
    return "release.removes"


def _unverified(plan: Tree, _asked: Any) -> str:
    for unit in plan["release"]["units"]:
        del unit["on_target"]
    return "release.units[0].on_target"


def _not_idempotent(plan: Tree, _asked: Any) -> str:
    for part in plan["strategy"].get("stages", [plan["strategy"]]):
        part["idempotent"] = False
    return ".idempotent"


def _impatient(plan: Tree, _asked: Any) -> str:
    plan["strategy"]["task_timeout"] = "1s"
    return ".task_timeout"


def _without_check(section: str) -> Violation:
    def violate(plan: Tree, kinds: Any) -> str:
        lost = {kinds} if isinstance(kinds, str) else set(kinds)
        left = [check for check in plan["validation"][section] if not lost & set(check)]
        plan["validation"][section] = left or [{"user": "root"}]
        return f"validation.{section}"

    return violate


def _nothing_gone(plan: Tree, _asked: Any) -> str:
    plan["validation"]["acceptance"] = [{"user": "root"}]
    return "validation.acceptance"


def _short_support(plan: Tree, _asked: Any) -> str:
    plan["validation"]["early_life"] = {"duration": "1s", "every": "1s"}
    return "validation.early_life"


def _without_part(plan: Tree, part: Any) -> str:
    nothing = {"packages": "none", "ports": False, "users": False}
    baseline = plan["backout"]["baseline"]
    baseline[part] = nothing.get(part, [])
    if not baseline.get("files"):
        baseline.setdefault("units", ["ssh.service"])
    plan["backout"].pop("changes", None)
    for stage in plan["strategy"].get("stages", []):
        if isinstance(stage["backout"], dict):
            stage["backout"].pop("changes", None)
    return f"backout.baseline.{part}"


def _small_scope(plan: Tree, _asked: Any) -> str:
    plan["backout"]["scope"] = "failed"
    return "backout.scope"


def _nobody(plan: Tree, role: Any) -> str:
    del plan["roles"][role]
    plan["roles"]["customer"] = "Cleo Marsh"
    return "roles"


def _no_request(plan: Tree, _asked: Any) -> str:
    plan["release"]["rfcs"] = []
    return "release.rfcs"


def _no_fleet_step(plan: Tree, _asked: Any) -> str:
    del plan["strategy"]["stages"][0]["once"]
    return "strategy.stages"


def _no_handwork(plan: Tree, _asked: Any) -> str:
    for stage in plan["strategy"]["stages"]:
        if stage.pop("manual", None):
            stage["playbook"] = "playbooks/app.yml"
    return "strategy.stages"


def _no_withdrawal(plan: Tree, _asked: Any) -> str:
    del plan["removal"]
    return "removal"


VIOLATIONS: dict[str, Violation] = {
    "strategies": _kind,
    "first_wave": _all_at_once,
    "any_wave": _all_at_once,
    "gate.soak": _gate("soak", "0s"),
    "gate.confirm": _gate("confirm", "somebody else"),
    "units": _units,
    "removes": _removes,
    "units_on_target": _unverified,
    "idempotent": _not_idempotent,
    "task_timeout": _impatient,
    "environment": _without_check("environment"),
    "acceptance": _without_check("acceptance"),
    "acceptance_any": _without_check("acceptance"),
    "absence": _nothing_gone,
    "early_life": _short_support,
    "baseline": _without_part,
    "backout_scope": _small_scope,
    "roles": _nobody,
    "rfcs": _no_request,
    "withdrawal": _no_withdrawal,
    "first_stage": _no_fleet_step,
    "manual": _no_handwork,
}
