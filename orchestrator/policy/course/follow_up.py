"""What must follow a deployment: its sign-off by role, the review of an emergency, and what is missing of these."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.follow_up import FollowUp
from orchestrator.domain.deployment.review_asked import review_missing
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.domain.plan.roles import same_person, same_role
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.course.duties import due_words, duty_sentences, open_work, work_of
from orchestrator.policy.course.objectives import outcome_sentences
from orchestrator.policy.course.post_review import overdue_after_the_end, review_sentences, review_words_of
from orchestrator.policy.course.ticket_delivery import ticket_sentences

DEPLOYED = frozenset({State.EARLY_LIFE_SUPPORT, State.COMPLETED, State.COMPLETED_WITH_EXCEPTIONS})
"""States in which there is something to accept."""


def sign_offs_missing(d: Deployment | Brief) -> tuple[RoleNeed, ...]:
    """Who has yet to accept what was deployed; empty where there is nothing to accept, or it was backed out."""
    if d.state not in DEPLOYED:
        return ()
    return _missing(_asked(d).sign_off, d.signed_off)


def accepted(d: Deployment) -> bool:
    """Every required role has signed off."""
    return d.state in DEPLOYED and bool(d.follow_up.sign_off) and not sign_offs_missing(d)


def earliest_end(d: Deployment) -> datetime | None:
    """Before this moment no sign-off ends early life support: the minimum that model and policy require of it.

    Time in which nobody looked does not count. None where nothing is required, or the policy lets it end at once.
    """
    policy, model, early_life = d.authority.policy, d.authority.model, d.plan.validation.early_life
    required = [
        rules.early_life
        for rules in (policy.verification if policy else None, model.requires if model else None)
        if rules is not None and rules.early_life is not None
    ]
    at_once = policy is not None and policy.sign_off.ends_early_life == "at_once"
    if d.early_life.until is None or early_life is None or not required or at_once:
        return None
    return d.early_life.until - timedelta(seconds=early_life.duration - max(required))


def reviews_missing(d: Deployment | Brief) -> tuple[RoleNeed, ...]:
    """Who has yet to review the emergency, however it ended; empty where no host was touched."""
    asked = _asked(d)
    if asked.review_by is None or d.state in NEVER_TOUCHED:
        return ()
    return _missing(asked.reviewers, d.reviewed)


def review_overdue(d: Deployment | Brief, now: datetime) -> bool:
    """The time limit of the review is over, and it was not held."""
    review_by = _asked(d).review_by
    return review_by is not None and review_by <= now and bool(reviews_missing(d))


def done(d: Deployment) -> bool:
    """The deployment is over, and everything that had to follow is done; False where nothing had to."""
    asked = (
        bool(d.follow_up.reviewers and d.follow_up.review_by)
        or d.post_review.closed is not None
        or (d.state in DEPLOYED and bool(d.follow_up.sign_off or work_of(d)))
    )
    return d.over and asked and nothing_open(d)


def nothing_open(d: Deployment) -> bool:
    """No sign-off, review or due work is missing, also where nothing of it was asked for."""
    return not (sign_offs_missing(d) or reviews_missing(d) or open_work(d) or review_missing(d))


def needs_words(needs: Iterable[RoleNeed]) -> str:
    """Roles with numbers, such as `customer, service owner (2 people)`."""
    return ", ".join(
        need.role if need.people == 1 else f"{need.role} ({need.people} people)" for need in needs
    )


def short_words(d: Deployment | Brief, now: datetime) -> str:
    """What is missing, in a few words for a list, the most urgent first; empty where nothing is."""
    if review_overdue(d, now):
        return "review overdue"
    brief = d if isinstance(d, Brief) else brief_of(d)
    if overdue_after_the_end(brief, now):
        return review_words_of(brief, now)
    if d.over and sign_offs_missing(d):
        return "sign-off missing"
    if d.over and reviews_missing(d):
        return "review to follow"
    if d.receipt_owed:
        return "result owed to its change ticket"
    return due_words(brief, now) or review_words_of(brief, now)


def following_words(d: Deployment, now: datetime) -> tuple[str, ...]:
    """What was done and what is missing, a sentence each, with the command for it."""
    return (
        *_review_words(d, now),
        *_sign_off_words(d, now),
        *_duty_words(d, now),
        *review_sentences(d, now),
        *outcome_sentences(d, now),
        *ticket_sentences(d),
        *_closed_words(d),
    )


def _review_words(d: Deployment, now: datetime) -> Iterable[str]:
    missing, review_by = reviews_missing(d), d.follow_up.review_by
    if missing and review_by is not None:
        when = "is overdue since" if review_overdue(d, now) else "must be held by"
        command = f"orch review {d.id} --as {command_word(missing[0].role)} --reason WHY"
        major = impact_of(d.plan) == "major" and d.authority.change.type != "emergency"
        what = "change of major impact" if major else "emergency"
        yield f"The review of this {what} {when} {review_by:%Y-%m-%d %H:%M} UTC: {needs_words(missing)} ({command})."


def _sign_off_words(d: Deployment, now: datetime) -> Iterable[str]:
    missing = sign_offs_missing(d)
    if missing:
        command = f"orch sign-off {d.id} --as {command_word(missing[0].role)} --reason WHY"
        yield f"Not signed off yet by {needs_words(missing)} ({command})."
    elif accepted(d) and d.state is State.EARLY_LIFE_SUPPORT:
        earliest = earliest_end(d)
        if earliest is not None and now < earliest:
            until = f"{earliest:%Y-%m-%d %H:%M} UTC"
            yield f"Signed off; early life support goes on until {until}, the minimum that its rules require."


def _duty_words(d: Deployment, now: datetime) -> Iterable[str]:
    """After the end, what hangs on a removal or transfer; before it, the outline of the plan says the same."""
    return duty_sentences(d, now) if d.over else ()


def _closed_words(d: Deployment) -> Iterable[str]:
    if d.follow_up.closed is not None:
        yield f"Closed: {d.follow_up.closed}."
    elif done(d) and not d.rotation.out and not d.receipt_owed:
        yield "Nothing is left to follow."


def _asked(d: Deployment | Brief) -> FollowUp | Brief:
    return d if isinstance(d, Brief) else d.follow_up


def _missing(needs: Sequence[RoleNeed], given: Sequence[tuple[str, str]]) -> tuple[RoleNeed, ...]:
    missing = []
    for need in needs:
        people: list[str] = []
        for role, person in given:
            if same_role(role, need.role) and not any(same_person(person, reviewer) for reviewer in people):
                people.append(person)
        if len(people) < need.people:
            missing.append(RoleNeed(role=need.role, people=need.people - len(people)))
    return tuple(missing)
