"""How deployments were authorised and whom they waited for: models, emergencies, holds, waits by role; and objectives."""

from collections.abc import Iterator, Sequence

from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts, WaitFact
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import count_of, share_of, times_of
from orchestrator.policy.measures.period.span import Period

Facts = Sequence[DeploymentFacts]
NO_MODEL = "(no model)"


def adoption_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """Models and types of change, of deployments that began in the period."""
    begun = [f for f in facts if period.holds(f.begun)]
    yield Figured("uses_model", share_of(f.model is not None for f in begun))
    yield Figured("approved_model", share_of(f.approved_model for f in begun))
    names = [f.model or NO_MODEL for f in begun]
    for name in sorted(set(names)):
        yield Figured("models", share_of(each == name for each in names), name)
    yield Figured("emergency", share_of(f.change == "emergency" for f in begun))


def wait_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """Holds that began in the period, waits that ended in it, and those that lasted at its end."""
    waits = [wait for f in facts for wait in f.waits]
    yield Figured("holds", count_of(w for w in waits if w.kind == "hold" and period.holds(w.began)))
    over = [w for w in waits if period.holds(w.ended)]
    for name in sorted({wait_name(w) for w in over}):
        yield Figured("waits", times_of(_seconds(w) for w in over if wait_name(w) == name), name)
    last = (w for w in waits if w.began < period.ends and (w.ended is None or w.ended >= period.ends))
    yield Figured("waits_open", count_of(last))


def wait_name(wait: WaitFact) -> str:
    """What was waited for, with the role whose word it was, where the plan says that. Persons are not named."""
    return f"{wait.kind}: {wait.on}" if wait.on else wait.kind


def _seconds(wait: WaitFact) -> float:
    return (wait.ended - wait.began).total_seconds() if wait.ended is not None else 0.0


def objective_measures(facts: Facts, period: Period) -> Iterator[Figured]:
    """Objectives that were measured in the period, or had to be."""
    objectives = [each for f in facts for each in f.objectives if period.holds(each.at)]
    measured = [each for each in objectives if each.result != "not yet known"]
    for result in ("achieved", "not achieved"):
        yield Figured("objectives", share_of(each.result == result for each in measured), result)
    missed = (each.accepted for each in measured if each.result == "not achieved")
    yield Figured("objectives_accepted", share_of(missed))
    yield Figured(
        "objectives_overdue", count_of(each for each in objectives if each.result == "not yet known")
    )
