"""What is still to be done after a deployment, in one list: whoever closes a release looks for it in many places."""

from collections.abc import Iterator
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import review_due, review_missing
from orchestrator.policy.authority.releases.release_story import OpenCode, OpenWork
from orchestrator.policy.course.duties import open_work
from orchestrator.policy.course.follow_up import reviews_missing, sign_offs_missing
from orchestrator.policy.course.objectives import outcomes_of

Left = tuple[OpenCode, str, datetime | None]


def work_left(d: Deployment, now: datetime) -> Iterator[OpenWork]:
    """Everything that somebody still has to do about one deployment; nothing where all is done."""
    for code, about, due in (*_on_hosts(d), *_in_words(d), *_after_the_end(d, now)):
        yield OpenWork(code=code, about=about, due=due, overdue=due is not None and due <= now)


def _on_hosts(d: Deployment) -> Iterator[Left]:
    if not d.over:
        yield "not_over", d.state.value, None
    yield from (("unproved", host, None) for host in d.hosts_standing("backout_failed"))
    yield from (("residue", host, None) for host in d.hosts_standing("residue"))


def _in_words(d: Deployment) -> Iterator[Left]:
    """Decisions that people owe."""
    yield from (("sign_off", need.role, None) for need in sign_offs_missing(d))
    yield from (("review", need.role, d.follow_up.review_by) for need in reviews_missing(d))
    for duty in open_work(d):
        yield "work", f"{duty.component}, {duty.area}: {duty.what}; {duty.by}", duty.due


def _after_the_end(d: Deployment, now: datetime) -> Iterator[Left]:
    if review_missing(d):
        yield "post_review", d.id, review_due(d)
    for action in d.post_review.open_actions:
        yield "action", f"{action.what}; {action.owner}", action.due
    for outcome in outcomes_of(d, now):
        if outcome.overdue or (outcome.name == "not achieved" and outcome.accepted is None):
            yield "objective", outcome.objective, outcome.due
    if d.receipt_owed:
        yield "receipt", d.ticket.number or d.id, None
