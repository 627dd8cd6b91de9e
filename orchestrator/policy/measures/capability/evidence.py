"""The evidence of a period: for each code a share of cases. It is made of facts, whose order does not matter."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from orchestrator.domain.evidence.capability import CapabilityEvidenceCode
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.measures.capability.practice_facts import CapabilityCase
from orchestrator.policy.measures.period.figures import Share, share_of
from orchestrator.policy.measures.period.span import Period

PROVED: frozenset[State] = frozenset({State.COMPLETED, State.BACKED_OUT})
"""Ends at which every host was verified, or proved equal to its baseline."""
MEASURABLE = 3
"""With so many deployments of a model that came to an end, its success says something."""
Cases = Sequence[CapabilityCase]
Versions = Mapping[str, int]


def evidence_of(cases: Cases, period: Period) -> dict[CapabilityEvidenceCode, Share]:
    """Every share of the period. Rehearsals are no cases."""
    real = [case for case in cases if not case.deployment.rehearsal]
    return {code: share_of(count(real, period)) for code, count in _COUNTS.items()}


def begun_in(cases: Cases, period: Period) -> list[CapabilityCase]:
    """Deployments that began in the period."""
    return [case for case in cases if not case.deployment.rehearsal and period.holds(case.deployment.begun)]


def _ended(cases: Cases, period: Period) -> list[CapabilityCase]:
    """Those that ended in it after they may have changed a host."""
    return [
        case for case in cases if case.deployment.touched_and_ended and period.holds(case.deployment.ended)
    ]


Count = Callable[[Cases, Period], Iterable[bool]]


def _of_begun(fact: Callable[[CapabilityCase], bool | None]) -> Count:
    """A count of those that began; where the fact is None it is no case."""

    def count(cases: Cases, period: Period) -> Iterable[bool]:
        return [answer for case in begun_in(cases, period) if (answer := fact(case)) is not None]

    return count


def _models_measured(cases: Cases, period: Period) -> Iterable[bool]:
    models = [case.deployment.model for case in _ended(cases, period) if case.deployment.model is not None]
    return [models.count(model) >= MEASURABLE for model in models]


def _models_renewed(cases: Cases, period: Period) -> Iterable[bool]:
    """Of the models that were used in the period and the one before: a newer version was used."""
    now, before = _newest(begun_in(cases, period)), _newest(begun_in(cases, period.before))
    return [now[name] > before[name] for name in now.keys() & before.keys()]


def _newest(cases: Cases) -> Versions:
    newest: dict[str, int] = {}
    for case in cases:
        name, version = case.deployment.model, case.practice.model_version
        if name is not None and version is not None:
            newest[name] = max(version, newest.get(name, 0))
    return newest


def _reviews(cases: Cases, period: Period) -> Iterable[bool]:
    reviews = (case.practice.review for case in _ended(cases, period))
    return [review == "held" for review in reviews if review in ("held", "late")]


def _objectives(cases: Cases, period: Period) -> Iterable[bool]:
    objectives = (each for case in cases for each in case.deployment.objectives)
    return [each.result != "not yet known" for each in objectives if period.holds(each.at)]


def _actions(cases: Cases, period: Period) -> Iterable[bool]:
    actions = (action for case in cases for action in case.practice.actions)
    return [action.done is not None for action in actions if period.holds(action.due)]


_COUNTS: dict[CapabilityEvidenceCode, Count] = {
    "uses_model": _of_begun(lambda case: case.deployment.model is not None),
    "roles_named": _of_begun(lambda case: case.practice.roles_named),
    "approved_model": _of_begun(lambda case: case.deployment.approved_model),
    "documents_in_order": _of_begun(lambda case: case.practice.documents_in_order),
    "environment_governed": _of_begun(lambda case: case.practice.environment_governed),
    "units_controlled": _of_begun(lambda case: case.practice.units_controlled),
    "authorised": _of_begun(lambda case: case.practice.authorised),
    "change_named": _of_begun(lambda case: case.practice.change_named),
    "proved_ends": lambda cases, period: [case.deployment.end in PROVED for case in _ended(cases, period)],
    "rehearsed": _of_begun(lambda case: case.practice.rehearsed),
    "told": lambda cases, period: [case.practice.told for case in _ended(cases, period)],
    "models_measured": _models_measured,
    "reviews_held": _reviews,
    "satisfaction_asked": lambda cases, period: [
        case.practice.satisfaction_asked for case in _ended(cases, period)
    ],
    "objectives_known": _objectives,
    "models_renewed": _models_renewed,
    "actions_done": _actions,
}
