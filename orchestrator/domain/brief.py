"""What is asked of deployments when all of them are looked at: everything but their hosts, in little room."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.change import ChangeType
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.lifecycle import OVER, State
from orchestrator.domain.noun import Many, Moment, Noun
from orchestrator.domain.requirement import RoleNeed

Word = Annotated[tuple[str, str], Field(strict=False)]
"""A role, and who gave the word in it."""


class Brief(Noun):
    """A deployment after its event `seq`; `playbooks` deploy and back out, `digests` are its effective plan's.

    `restored`: every host that it touched is proved to be as it was. `consumed` are nonces of approvals it used up,
    `signed_off` and `reviewed` are words given.
    """

    id: str
    seq: int
    state: Annotated[State, Field(strict=False)]
    release: str
    version: str
    environment: str
    playbooks: Annotated[tuple[str, str], Field(strict=False)]
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

    @property
    def over(self) -> bool:
        """The deployment has ended."""
        return self.state in OVER


def brief_of(d: Deployment) -> Brief:
    """The brief of a deployment as it stands."""
    plan = d.plan
    return Brief.of_valid(
        id=d.id,
        seq=d.seq,
        state=d.state,
        release=plan.release.name,
        version=plan.release.version,
        environment=plan.resources.environment,
        playbooks=(plan.strategy.playbook, plan.backout.playbook),
        plan_sha256=d.plan_sha256,
        by=d.by,
        began_at=d.began_at,
        last_at=d.last_at,
        ended_at=d.ended_at,
        opened_at=d.opened_at,
        held=d.hold is not None,
        paused=d.paused is not None,
        stopped=d.stopped is not None,
        restored=not d.unrestored_hosts,
        rehearsal=d.rehearsal is not None,
        change=d.change.type,
        policy=d.policy.policy if d.policy is not None else None,
        model=d.model.model if d.model is not None else None,
        digest=d.effective.digest if d.effective is not None else None,
        digests=d.effective.digests if d.effective is not None else {},
        consumed=d.consumed,
        sign_off=d.sign_off,
        signed_off=d.signed_off,
        reviewers=d.reviewers,
        reviewed=d.reviewed,
        review_by=d.review_by,
        closed=d.closed is not None,
    )
