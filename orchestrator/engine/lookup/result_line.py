"""How a deployment stands, for programs: the last line of `--json`, and what the API answers (docs/json-lines.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from orchestrator.domain.authority.rehearsal import Part
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import PostReview
from orchestrator.domain.deployment.retention import Retention
from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.seals_line import SealsLine
from orchestrator.policy.authority.signature_states import StatementSignature
from orchestrator.policy.authority.word_checks import statement_words
from orchestrator.policy.course.follow_up import following_words, review_overdue
from orchestrator.policy.course.measuring import metrics_seen
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.blind_spots import blind_spots
from orchestrator.policy.telling.exit_codes import exit_code_of
from orchestrator.policy.telling.host_rows import HostRow, host_row
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.words.metric_words import measured_words
from orchestrator.policy.telling.words.rotation_words import still_out


class Rehearsed(Noun):
    """The purpose of a rehearsal. `against` lists its faults; `passed` means that it is over without any."""

    environment: str
    part: Part
    passed: bool
    against: Many[str]


class MetricLine(Noun):
    """How a metric of the present gate, or of early life support, stands; `words` are of its last measurement."""

    metric: str
    successes: int
    needed: int
    failed: int
    inconclusive: int
    words: str


class OutLine(Noun):
    """A host that is out of rotation: at which balancers, why, and what a person does at each to give it back."""

    host: str
    wave: str
    balancers: Many[str]
    why: str
    give_back: Many[str]


class ResultLine(Noun):
    """The last line: how the deployment stands, its exit code, and every host."""

    kind: Literal["result"] = "result"
    deployment: str
    state: str
    over: bool
    exit_code: int
    began_at: Moment
    last_at: Moment
    words: Many[str]
    next: Many[str]
    hosts: dict[str, HostRow]
    policy: str | None = None
    governed: bool = False
    effective_plan: str | None = None
    approvals: Many[str] = ()
    follows: Many[str] = ()
    review_overdue: bool = False
    closed: bool = False
    receipt_owed: bool = False
    rehearsal: Rehearsed | None = None
    unseen: Many[str] = ()
    environment: str = ""
    environment_class: str | None = None
    signatures: Many[StatementSignature] = ()
    metrics: Many[MetricLine] = ()
    out_of_rotation: Many[OutLine] = ()
    review: PostReview | None = None
    retention: Retention | None = None
    seals: SealsLine | None = None
    software: RunSoftware | None = None


def result_of(d: Deployment, now: datetime | None = None) -> ResultLine:
    """The result line of a deployment, as of now (or of its newest record)."""
    return ResultLine(
        deployment=d.id,
        state=d.state.value,
        over=d.over,
        exit_code=int(exit_code_of(d)),
        began_at=d.began_at,
        last_at=d.last_at,
        words=plain_words(d),
        next=tuple(map(str, next_moves(d))),
        hosts={host: host_row(d, host) for host in d.standings},
        policy=d.authority.policy.policy if d.authority.policy is not None else None,
        governed=d.authority.policy is not None,
        effective_plan=d.authority.effective.digest if d.authority.effective is not None else None,
        approvals=tuple(plain(line, 600) for line in statement_words(d)),
        follows=following_words(d, now or d.last_at),
        review_overdue=review_overdue(d, now or d.last_at),
        closed=d.follow_up.closed is not None,
        receipt_owed=d.receipt_owed,
        rehearsal=_rehearsed(d),
        unseen=tuple(blind_spots(d.plan.backout.baseline.whole, d.preparation.baselines.values())),
        environment=d.plan.resources.environment,
        environment_class=d.authority.environment_class,
        metrics=tuple(_metrics(d)),
        out_of_rotation=tuple(OutLine(**each._asdict()) for each in still_out(d)),
        review=d.post_review if d.post_review != PostReview.of_valid() else None,
        software=d.driving.software[-1] if d.driving.software else None,
        retention=d.retention if d.retention != Retention.of_valid() else None,
    )


def _metrics(d: Deployment) -> Iterator[MetricLine]:
    for metric, progress in metrics_seen(d):
        last = progress.last
        yield MetricLine(
            metric=metric.name,
            successes=progress.successes,
            needed=metric.count,
            failed=progress.failed,
            inconclusive=progress.inconclusive,
            words="" if last is None else plain(measured_words(metric, last), 600),
        )


def _rehearsed(d: Deployment) -> Rehearsed | None:
    if d.rehearsing.rehearsal is None:
        return None
    against = faults_of_part(d) if d.over else ()
    return Rehearsed(
        environment=d.rehearsing.rehearsal.environment,
        part=d.rehearsing.rehearsal.part,
        passed=d.over and not against,
        against=tuple(plain(fault, 500) for fault in against),
    )
