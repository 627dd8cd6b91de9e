"""The plan of a deployment as it was checked when the deployment was planned, and what differs from what was approved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.effective_plan import Change, EffectivePlan, changes_between
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Journal
from orchestrator.errors import StoreFault


@dataclass(frozen=True, slots=True)
class ApprovalCover:
    """An approval, and whether it is for this effective plan; else what differs, where the other plan is on record.

    `changes` is None where the plan that was approved is not known here.
    """

    signed: SignedApproval
    covers: bool
    changes: tuple[Change, ...] | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """The deployment that stands where this one goes, and what this plan changes of it; None: it has no effective plan."""

    deployment: Deployment
    changes: tuple[Change, ...] | None


def plan_on_record(journal: Journal, d: Deployment) -> PreparedPlan:
    """The checked plan that the deployment began with. Raises StoreFault where its first event does not say."""
    first = journal.read(d.id, most=1)
    event = first[0].event if first else None
    if not isinstance(event, e.Planned):
        raise StoreFault(f"The journal of {d.id} does not begin with its plan. Restore it from a backup.")
    return PreparedPlan.of_valid(
        plan=d.plan,
        plan_file=d.plan_file,
        plan_sha256=d.plan_sha256,
        project=d.project,
        named=d.plan_file,
        targets=d.targets,
        beside=d.beside,
        waves=d.waves,
        policy=d.authority.policy,
        model=d.authority.model,
        effective=d.authority.effective,
        copy_size=event.copy_size,
        foreseen=event.foreseen,
        installed=event.installed,
        environment=event.environment,
        environment_unknown=event.environment_unknown,
        documents=d.authority.documents,
    )


def approvals_covering(journal: Journal, d: Deployment, others: Sequence[Brief]) -> Iterator[ApprovalCover]:
    """Each approval on its journal, against the effective plan of now. `others`: deployments whose plans may be compared."""
    own = d.authority.effective
    for signed in d.authority.approvals:
        digest = signed.approval.plan_digest
        if own is not None and digest == own.digest:
            yield ApprovalCover(signed, covers=True)
            continue
        other = _effective(journal, digest, others)
        both = own is not None and other is not None
        yield ApprovalCover(
            signed, covers=False, changes=changes_between(other, own) if both and other and own else None
        )


def standing_before(journal: Journal, d: Deployment, others: Sequence[Brief]) -> Before | None:
    """The newest deployment of the same service that stood in this environment when it was planned; None: there was none."""
    service = d.plan.release.service or d.plan.release.name
    newest = next(
        (
            other
            for other in others
            if other.id != d.id
            and other.began_at < d.began_at
            and (other.service or other.release) == service
            and other.environment == d.plan.resources.environment
            and other.state in STANDS
            and not other.rehearsal
        ),
        None,
    )
    if newest is None:
        return None
    before = folded(journal, newest.id)
    old, new = before.authority.effective, d.authority.effective
    return Before(before, changes_between(old, new) if old is not None and new is not None else None)


def _effective(journal: Journal, digest: str, others: Sequence[Brief]) -> EffectivePlan | None:
    named = next((other.id for other in others if other.digest == digest), None)
    return folded(journal, named).authority.effective if named is not None else None
