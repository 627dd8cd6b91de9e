"""The review after a deployment as lines: answers, satisfaction, incidents, actions, and how long its record is kept."""

from collections.abc import Iterator
from statistics import median

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import ReviewAction
from orchestrator.policy.telling.words.incident_words import incident_words
from orchestrator.policy.telling.words.review_words import QUESTION_WORDS


def review_record(d: Deployment) -> Iterator[str]:
    """What was said in the review so far; empty where nothing was."""
    review = d.post_review
    for name, words in QUESTION_WORDS.items():
        answer = review.answers.get(name)
        if answer is not None:
            yield f"{words} {answer.answer} ({answer.by}, {answer.at:%Y-%m-%d %H:%M} UTC)"
    for stakeholder, given in review.satisfaction.items():
        note = f": {given.note}" if given.note else ""
        yield f"Satisfaction of {stakeholder}: {given.score} of 5{note} ({given.by}, {given.at:%Y-%m-%d %H:%M} UTC)"
    if len(review.satisfaction) > 1:
        scores = [given.score for given in review.satisfaction.values()]
        yield f"Satisfaction: {median(scores):g} of 5 in the middle, of {len(scores)} stakeholders"
    yield from (action_words(number, action) for number, action in enumerate(review.actions, 1))
    yield from incident_lines(d)
    if review.closed is not None:
        yield f"Review closed by {review.closed.by}, {review.closed.at:%Y-%m-%d %H:%M} UTC: {review.closed.answer}"
    yield from retention_lines(d)


def action_words(number: int, action: ReviewAction) -> str:
    """One action with its owner, its date, and whether it is done."""
    done = action.done
    state = (
        f"done {done.at:%Y-%m-%d %H:%M} UTC, says {done.by}: {done.answer}" if done is not None else "open"
    )
    return f"Action {number}: {action.what}; {action.owner}, due {action.due:%Y-%m-%d %H:%M} UTC; {state}"


def incident_lines(d: Deployment) -> Iterator[str]:
    """Each incident of which somebody said whether it came of the deployment, as it was known then."""
    for link in d.post_review.incidents.values():
        came = "Came of it" if link.related else "Did not come of it"
        yield f"{came}: incident {incident_words(link.incident)}; {link.by}: {link.reason}"


def retention_lines(d: Deployment) -> Iterator[str]:
    """Until when the record is kept, and whether it is held."""
    kept = d.retention
    if kept.archived_at is not None and kept.until is not None:
        yield f"Archived {kept.archived_at:%Y-%m-%d} by {kept.archived_by}, kept until {kept.until:%Y-%m-%d}"
    if kept.hold is not None:
        yield f"Legal hold since {kept.hold.at:%Y-%m-%d} by {kept.hold.by}: {kept.hold.reason}"
