"""The short form of a deployment, for views over all deployments: everything but its hosts."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.messages import next_due
from orchestrator.domain.deployment.review_asked import review_due, review_missing
from orchestrator.domain.journal.lifecycle import OVER, STANDS, State
from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.plan.machines import marks_of
from orchestrator.domain.plan.plan_kind import due_work_of
from orchestrator.domain.rules.environment import LIVE
from orchestrator.domain.rules.live_use import is_live_use, versions_of
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.model_base import Many, Moment, Noun

Word = Annotated[tuple[str, str], Field(strict=False)]
"""A role, and the person who signed in it."""


class Brief(Noun):
    """A deployment after its event `seq`; `playbooks` deploy and back out, `digests` are those of its effective plan.

    `retention`: seconds for which its policy keeps records. `restored`: every host that it touched is proved to equal its
    baseline. `consumed` are nonces of the approvals it used up, `signed_off` and `reviewed` the sign-offs and reviews.
    `named_by_policy`: its policy names its environment. `machines`: marks of the machines of a live environment, or one that
    the policy names. `used_live`: the versions of its policy and model, where it used them live. `due`: when the
    work is due that hangs on what it removes or transfers, and that is not done. `pir_missing`, `pir_due`: a review after the
    end is to follow, and until when. `actions_due`: of its actions that are not done. `reminded_at`: when run-due last
    called to mind what is overdue. `keep_until`: its record is archived, and kept until then; `legal_hold`: in any case.
    `receipt_owed`: its change ticket was not told how it ended. `message_due`: when the next
    message is to be sent, or tried again. `service`: what its plan says that it changes. `project`: the folder of its project.
    """

    id: str
    seq: int
    state: Annotated[State, Field(strict=False)]
    release: str
    version: str
    environment: str
    playbooks: Many[str]
    plan_sha256: str
    by: str
    began_at: Moment
    last_at: Moment
    ended_at: Moment | None
    opened_at: Moment | None
    held: bool
    paused: bool
    stopped: bool
    restored: bool
    rehearsal: bool
    change: ChangeType
    policy: str | None
    model: str | None
    digest: str | None
    digests: dict[str, str]
    consumed: Many[str]
    sign_off: Many[RoleNeed]
    signed_off: Many[Word]
    reviewers: Many[RoleNeed]
    reviewed: Many[Word]
    review_by: Moment | None
    closed: bool
    retention: float | None
    environment_class: str | None
    named_by_policy: bool
    machines: Many[str]
    due: Many[Moment] = ()
    used_live: Many[str] = ()
    pir_missing: bool = False
    pir_due: Moment | None = None
    actions_due: Many[Moment] = ()
    reminded_at: Moment | None = None
    keep_until: Moment | None = None
    legal_hold: bool = False
    receipt_owed: bool = False
    message_due: Moment | None = None
    service: str | None = None
    project: str = ""

    @property
    def over(self) -> bool:
        """The deployment has ended."""
        return self.state in OVER


def brief_of(d: Deployment) -> Brief:
    """The brief of a deployment."""
    plan = d.plan
    return Brief.of_valid(
        id=d.id,
        seq=d.seq,
        state=d.state,
        release=plan.release.name,
        version=plan.release.version,
        environment=plan.resources.environment,
        playbooks=plan.playbooks,
        plan_sha256=d.plan_sha256,
        by=d.by,
        began_at=d.began_at,
        last_at=d.last_at,
        ended_at=d.ended_at,
        opened_at=d.authority.opened_at,
        held=d.driving.hold is not None,
        paused=d.driving.paused is not None,
        stopped=d.driving.stopped is not None,
        restored=not d.unrestored_hosts,
        rehearsal=d.rehearsing.rehearsal is not None,
        change=d.authority.change.type,
        policy=d.authority.policy.policy if d.authority.policy is not None else None,
        model=d.authority.model.model if d.authority.model is not None else None,
        digest=d.authority.effective.digest if d.authority.effective is not None else None,
        digests=d.authority.effective.digests if d.authority.effective is not None else {},
        consumed=d.authority.consumed,
        sign_off=d.follow_up.sign_off,
        signed_off=d.signed_off,
        reviewers=d.follow_up.reviewers,
        reviewed=d.reviewed,
        review_by=d.follow_up.review_by,
        closed=d.follow_up.closed is not None,
        retention=d.authority.policy.retention if d.authority.policy is not None else None,
        environment_class=d.authority.environment_class,
        named_by_policy=_named_by_policy(d),
        machines=_machines(d),
        due=_due(d),
        used_live=_used_live(d),
        pir_missing=review_missing(d),
        pir_due=review_due(d),
        actions_due=tuple(sorted(action.due for action in d.post_review.open_actions)),
        reminded_at=d.post_review.reminded_at,
        keep_until=d.retention.until,
        legal_hold=d.retention.hold is not None,
        receipt_owed=d.receipt_owed,
        message_due=next_due(d.messages, d.plan, d.id),
        service=plan.release.service,
        project=d.project,
    )


def bound_marks(d: Deployment) -> tuple[str, ...]:
    """The marks of the machines of which it captured a baseline: they are known as those of its environment."""
    baselines, keys = d.preparation.baselines, d.preparation.host_keys
    shown = (keys[host] for host in baselines if host in keys)
    return tuple(sorted(marks_of((known.machine_id for known in baselines.values()), shown)))


def _due(d: Deployment) -> tuple[datetime, ...]:
    """When the work is due that hangs on what it removes or transfers, and that nobody has said to be done."""
    taken_back = d.over and d.state not in STANDS
    if taken_back or d.rehearsing.rehearsal is not None:
        return ()
    done = {duty.path for duty in d.follow_up.duties}
    return tuple(sorted(work.due for work in due_work_of(d.plan) if work.path not in done))


def _used_live(d: Deployment) -> tuple[str, ...]:
    """A deployment that never started used nothing."""
    authority, rehearsal = d.authority, d.rehearsing.rehearsal is not None
    live = is_live_use(authority.environment_class, authority.policy, rehearsal=rehearsal)
    return versions_of(authority.policy, authority.model) if live and authority.opened_at is not None else ()


def _machines(d: Deployment) -> tuple[str, ...]:
    return bound_marks(d) if d.authority.environment_class == LIVE or _named_by_policy(d) else ()


def _named_by_policy(d: Deployment) -> bool:
    policy = d.authority.policy
    return policy is not None and d.plan.resources.environment in policy.applies_to.environments
