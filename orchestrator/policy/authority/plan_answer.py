"""The answer to a check or a showing of a plan, as `orch plan` and the API give it to programs (docs/reference/commands.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from orchestrator.domain.authority.admission_answer import LIFTED_BY_PEOPLE, Reason
from orchestrator.domain.plan.installed import installed_words
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.format import counted
from orchestrator.errors import Fault
from orchestrator.policy.authority.plan_outline import may_change_lines
from orchestrator.policy.evidence.allowed_changes import rules_binding
from orchestrator.policy.telling.outline import Branch
from orchestrator.policy.telling.words.still_asked import asked_lines
from orchestrator.policy.telling.words.strategy_words import strategy_words


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """`fields`: the JSON of it. For people: faults, warnings, `lines` about a sound plan, and an outline."""

    fields: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    lines: tuple[str, ...] = ()
    outline: Branch | None = None

    @property
    def ok(self) -> bool:
        """Whether the plan has no fault."""
        return not self.faults


def faulty(
    plan: str, faults: Sequence[Fault], warnings: Sequence[Fault], asked: Sequence[Reason] = ()
) -> PlanAnswer:
    """A plan with faults."""
    fields = {"plan": plan, "ok": False, **_listed(faults, warnings), **(asked_json(asked) if asked else {})}
    return PlanAnswer(fields, tuple(faults), tuple(warnings))


def sound(plan: str, checked: PreparedPlan, asked: Sequence[Reason]) -> PlanAnswer:
    """A plan that was checked whole and has no fault."""
    fields = {"plan": plan, "ok": True, "faults": [], **resolved(checked), **asked_json(asked)}
    hosts = f"{counted(len(checked.targets), 'host')} in {counted(len(checked.waves), 'wave')}"
    lines = (
        f"{plan}: ok, {hosts}{and_warnings(checked.warnings)}",
        *(
            f"  {line}"
            for line in (
                *installed_words(checked.installed),
                *may_change_lines(checked),
                *asked_lines(tuple(asked)),
            )
        ),
    )
    return PlanAnswer(fields, (), checked.warnings, lines)


def read_alone(
    plan: str, faults: Sequence[Fault], warnings: Sequence[Fault], unseen: Sequence[str], code: Sequence[str]
) -> PlanAnswer:
    """A plan that was read without running code of its project; `unseen`: what that leaves open, `code`: what was not run."""
    seen = {"static": True, "unseen": list(unseen), "code": list(code)}
    fields = {"plan": plan, "ok": not faults, **_listed(faults, warnings), **seen}
    lines = [*(f"not seen: {sentence}" for sentence in unseen), *(f"not run: {path}" for path in code)]
    if not faults:
        lines.append(
            f"{plan}: no fault in what can be read without running code{and_warnings(tuple(warnings))}"
        )
    return PlanAnswer(fields, tuple(faults), tuple(warnings), tuple(lines))


def resolved(checked: PreparedPlan) -> dict[str, Any]:
    """What a plan comes to: environment, hosts, waves, what it may change, and its warnings."""
    return {
        "sha256": checked.plan_sha256,
        "strategy": strategy_words(checked),
        "environment": checked.plan.resources.environment,
        "environment_class": checked.environment_class,
        "hosts": [target.host for target in checked.targets],
        "waves": [wave.model_dump(mode="json") for wave in checked.waves],
        "may_change": {
            place: {part: names if isinstance(names, str) else list(names) for part, names in rule.items()}
            for place, rule in rules_binding(checked.policy, checked.model).items()
        },
        "installed": [part.model_dump(mode="json") for part in checked.installed],
        "documents": [document.model_dump(mode="json") for document in checked.documents],
        "warnings": [asdict(warning) for warning in checked.warnings],
    }


def asked_json(asked: Sequence[Reason]) -> dict[str, Any]:
    """What admission still asks, for programs; a next move that needs an open deployment is left out."""
    return {
        "still_asked": [
            {
                "code": reason.code,
                "about": reason.about,
                "found": reason.found,
                "next_move": None if reason.code in LIFTED_BY_PEOPLE else reason.next_move,
            }
            for reason in asked
        ]
    }


def and_warnings(warnings: Sequence[Fault]) -> str:
    """How many warnings there are, as the end of a sentence; nothing where there is none."""
    return f", {counted(len(warnings), 'warning')}" if warnings else ""


def _listed(faults: Sequence[Fault], warnings: Sequence[Fault]) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in faults], "warnings": [asdict(item) for item in warnings]}
