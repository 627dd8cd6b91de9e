"""Evidence of what followed: investigation, review, incidents, actions, outcomes, record (ISO/IEC 20000-1 4.3.3, 9.2, 9.3)."""

from orchestrator.domain.deployment.review_asked import may_be_reviewed
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.clauses.case import NOT_YET, NOTHING, Case, Found, gap, held
from orchestrator.policy.course.follow_up import nothing_open
from orchestrator.policy.course.objectives import Outcome, accepting_roles, outcomes_of, to_measure
from orchestrator.policy.course.post_review import review_gaps


def unsuccessful_investigated(case: Case) -> Found:
    """A deployment that failed or was taken back has a cause, and an action or the word that none is needed."""
    d = case.d
    if not case.taken_back or not may_be_reviewed(d):
        return NOTHING if d.over else NOT_YET
    review = d.post_review
    agreed = [action.what for action in review.actions] or _answer(case, "no_action")
    if "cause" in review.answers and agreed:
        return held(
            case.events(e.PostReviewAnswered, e.ActionAgreed), review.answers["cause"].answer, *agreed
        )
    return gap(command=_next_of_review(case, "cause" if "cause" not in review.answers else "no_action"))


def review_held(case: Case) -> Found:
    """The review after the deployment is closed."""
    d = case.d
    if not may_be_reviewed(d):
        return NOTHING if d.over or case.rehearsal else NOT_YET
    closed = d.post_review.closed
    if closed is not None:
        return held(case.events(e.PostReviewClosed), f"{closed.by}: {closed.answer}")
    missing = review_gaps(d)
    return gap(command=_next_of_review(case, missing[0].question if missing else ""))


def incidents_considered(case: Case) -> Found:
    """Incidents after it are linked to it, or its review says which came of it, or that none did."""
    d = case.d
    if not may_be_reviewed(d):
        return NOTHING if d.over or case.rehearsal else NOT_YET
    linked = [each.incident.id for each in d.post_review.incidents.values()]
    answers = _answer(case, "incidents")
    if linked or answers:
        return held(case.events(e.IncidentLinked, e.PostReviewAnswered), *linked, *answers)
    return gap(command=_next_of_review(case, "incidents"))


def customer_asked(case: Case) -> Found:
    """Its review says what customers noticed, or how satisfied a stakeholder is."""
    d = case.d
    if not may_be_reviewed(d):
        return NOTHING if d.over or case.rehearsal else NOT_YET
    scores = [f"{who}: {given.score} of 5" for who, given in d.post_review.satisfaction.items()]
    answers = _answer(case, "customer")
    if scores or answers:
        return held(case.events(e.SatisfactionGiven, e.PostReviewAnswered), *scores, *answers)
    return gap(command=_next_of_review(case, "customer"))


def actions_done(case: Case) -> Found:
    """Each action that its review agreed on is done."""
    actions = case.d.post_review.actions
    if not actions:
        return NOTHING
    left = [(number, action) for number, action in enumerate(actions, 1) if action.done is None]
    if not left:
        return held(case.events(e.ActionDone), *(action.what for action in actions))
    command = f"orch actions done {case.id_word} {left[0][0]} --note WHAT"
    return gap(*(f"{action.what} ({action.owner})" for _, action in left), command=command)


def objectives_measured(case: Case) -> Found:
    """Each objective is measured, and each one that was missed is decided on; those in words alone cannot be."""
    if case.rehearsal or case.never_touched or case.taken_back:
        return NOTHING
    outcomes = [each for each in outcomes_of(case.d, case.now) if each.name != "not measurable"]
    if not outcomes:
        return gap("no objective can be measured")
    if not case.d.over:
        return NOT_YET
    left = [each for each in outcomes if _undecided(each)]
    if left and all(each.name == "not yet known" and not each.overdue for each in left):
        return NOT_YET
    if left:
        first = next(each for each in left if each.name != "not yet known" or each.overdue)
        return gap(*(each.objective for each in left), command=_outcome_command(case, first))
    return held(
        case.events(e.ObjectiveMeasured, e.ObjectiveAccepted),
        *(f"{each.objective}: {each.name}" for each in outcomes),
    )


def change_ticket_told(case: Case) -> Found:
    """Its change ticket says how it ended."""
    ticket = case.d.ticket
    if ticket.number is None or case.rehearsal or case.never_touched:
        return NOTHING
    if not case.d.over:
        return NOT_YET
    if ticket.delivered is None:
        return gap(ticket.number, command=f"orch change deliver {case.id_word}")
    return held(case.events(e.Delivered), ticket.number)


def record_sealed(case: Case) -> Found:
    """The record is what was sealed, when this was made."""
    if case.seal is None or not case.seal.intact:
        codes = () if case.seal is None else tuple(finding.code for finding in case.seal.findings)
        return gap(*dict.fromkeys(codes), command=f"orch record verify {case.id_word}")
    return Found("held", (case.seal.size,), (f"{case.seal.size} events, root {case.seal.root.hex()}",))


def record_archived(case: Case) -> Found:
    """The record is archived until a date, or held whatever the date."""
    d, kept = case.d, case.d.retention
    if kept.hold is not None:
        return held(case.events(e.LegalHoldPlaced), f"under legal hold since {kept.hold.at:%Y-%m-%d}")
    if kept.archived_at is not None and kept.until is not None:
        return held(case.events(e.RecordArchived), f"kept until {kept.until:%Y-%m-%d}")
    if not d.over or not nothing_open(d):
        return NOT_YET
    return gap(command=f"orch record archive {case.id_word} --reason WHY")


def _answer(case: Case, question: str) -> list[str]:
    return [given.answer for name, given in case.d.post_review.answers.items() if name == question]


def _next_of_review(case: Case, question: str) -> str:
    """What is to be said next in the review; a closed one has every answer."""
    name, review = case.id_word, case.d.post_review
    if review.opened is None:
        return f"orch pir open {name}"
    if review.closed is not None:
        return ""
    if question == "no_action":
        return f"orch pir action {name} WHAT --owner NAME --due TIME"
    return f"orch pir answer {name} {question} ANSWER" if question else f"orch pir close {name} --reason WHY"


def _undecided(outcome: Outcome) -> bool:
    return outcome.name == "not yet known" or (outcome.name == "not achieved" and outcome.accepted is None)


def _outcome_command(case: Case, outcome: Outcome) -> str:
    name, number = case.id_word, outcome.number
    if outcome.name == "not achieved":
        role = command_word(accepting_roles(case.d, number)[0])
        return f"orch objectives {name} --accept {number + 1} --role {role} --reason WHY"
    if number in to_measure(case.d):
        return f"orch objectives {name} --measure"
    return f"orch objectives {name} --record {number + 1} VALUE --note WHAT"
