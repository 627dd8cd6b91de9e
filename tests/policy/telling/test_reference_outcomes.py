"""At the end the record says what can be closed; nothing can where the release was taken back."""

from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.reference import Reference
from orchestrator.policy.telling.words.assessment_words import reference_outcomes
from tests.journals.corpus import folded

LEFT = Reference(kind="known error", id="KE-2", effect="works around")


def lines(state: State) -> list[str]:
    d = folded("completed_phased")
    release = d.plan.release.model_copy(
        update={"rfcs": ("RFC-1",), "known_errors": ("KE-1",), "references": (LEFT,)}
    )
    plan = d.plan.model_copy(update={"release": release})
    return list(reference_outcomes(d.model_copy(update={"state": state, "plan": plan})))


def test_what_is_implemented_and_fixed_is_to_be_closed_and_a_workaround_is_not() -> None:
    assert lines(State.COMPLETED) == [
        "To be closed: request for change RFC-1, known error KE-1.",
        "Stays open: known error KE-2 (works around).",
    ]


def test_nothing_is_closed_after_a_backout_or_before_the_end() -> None:
    assert lines(State.BACKED_OUT) == [
        "Stays open, because the deployment is backed out: request for change RFC-1, known error KE-1, known error KE-2."
    ]
    assert lines(State.DEPLOYING) == []
