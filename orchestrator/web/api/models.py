"""Shapes of the answers of the API, version 1. Fields are added; none changes its meaning or goes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.seal.findings import SealCode
from orchestrator.domain.text.model_base import Moment
from orchestrator.policy.authority.signature_states import StatementSignature


class Answered(BaseModel):
    """The base of answers."""

    model_config = ConfigDict(frozen=True)


class DeploymentLine(Answered):
    """A deployment in a list; `path` is its place in this API."""

    id: str
    path: str
    release: str
    version: str
    service: str | None
    environment: str
    environment_class: str | None
    state: str
    over: bool
    held: bool
    paused: bool
    stopped: bool
    rehearsal: bool
    by: str
    began_at: Moment
    last_at: Moment
    ended_at: Moment | None
    policy: str | None
    seq: int


class DeploymentList(Answered):
    """A page of deployments, newest first; `next` is the `after` of the next page. `unreadable`: those that cannot be read."""

    items: list[DeploymentLine]
    next: str | None
    unreadable: dict[str, str]


class EventList(Answered):
    """A page of a journal, in order; `next` is the `after` of the next page."""

    items: list[Recorded]
    next: int | None


class SealFound(Answered):
    """Something that does not fit in a seal. `event`: the number of the event that it is about, 0 where it is about none."""

    code: SealCode
    event: int
    detail: str


class Verification(Answered):
    """`whole`: the store's own seal fits. The signatures are verified by the keys that are trusted now."""

    deployment: str
    whole: bool
    findings: list[SealFound]
    signatures: list[StatementSignature]


class Who(Answered):
    """Whoever asks: name, login, how they are known, and the roles with where they are given."""

    person: str
    login: str
    channel: str
    roles: list[dict[str, str]]


def line_of(brief: Brief) -> DeploymentLine:
    """The line of a deployment."""
    return DeploymentLine(
        id=brief.id,
        path=f"/api/v1/deployments/{brief.id}",
        release=brief.release,
        version=brief.version,
        service=brief.service,
        environment=brief.environment,
        environment_class=brief.environment_class,
        state=brief.state.value,
        over=brief.over,
        held=brief.held,
        paused=brief.paused,
        stopped=brief.stopped,
        rehearsal=brief.rehearsal,
        by=brief.by,
        began_at=brief.began_at,
        last_at=brief.last_at,
        ended_at=brief.ended_at,
        policy=brief.policy,
        seq=brief.seq,
    )


class CiLine(Answered):
    """A configuration item in a list."""

    id: str
    kind: str
    name: str
    environment: str
    status: str


class CiList(Answered):
    """A page of configuration items; `next` is the `after` of the next page."""

    items: list[CiLine]
    next: str | None


class Said(Answered):
    """A word is on the journal: the deployment after it. `seq` is the number of its newest event.

    `driver`: whether a driver was begun to go on with it; `driver_words`: why it was not.
    """

    deployment: str
    seq: int
    state: str
    over: bool
    driver: str = "not needed"
    driver_words: str = ""
