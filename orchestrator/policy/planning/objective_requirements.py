"""What a plan lacks of the objectives that a model or policy requires (ISO/IEC 20000-1 5.4: measurable, and known in time)."""

from collections.abc import Iterator

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.objective import Objective
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.requirement import AskedObjectives, Required
from orchestrator.domain.text.format import seconds_words

_MEASURED = "an objective with a measure"
_MOVE = "say how it is measured: `check`, `metric` or `by_hand`"


def objective_shortfalls(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    """Each objective that is not measured in time, or that not even one is."""
    asked = required.objectives
    if asked is None:
        return
    lacks = list(_of_each(asked, plan))
    if asked.measured == "each":
        yield from lacks
    elif len(lacks) == len(plan.objectives):
        in_time = f", due {_at_most(asked.due_within)}" if asked.due_within is not None else ""
        yield Objection("objectives", f"{_MEASURED}{in_time}", f"none of {len(plan.objectives)}", _MOVE)


def _of_each(asked: AskedObjectives, plan: ReleasePlan) -> Iterator[Objection]:
    """At most one for each objective."""
    for index, objective in enumerate(plan.objectives):
        if not isinstance(objective, Objective):
            yield Objection(f"objectives[{index}]", _MEASURED, "words alone", _MOVE)
        elif asked.due_within is not None and objective.due > asked.due_within:
            path, expected = f"objectives[{index}].due", _at_most(asked.due_within)
            yield Objection(path, expected, seconds_words(objective.due), "have it known earlier")


def _at_most(seconds: float) -> str:
    return f"at most {seconds_words(seconds)} after the end"
