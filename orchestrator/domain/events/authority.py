"""Events of planning and change enablement: taken up, submitted, approved, let into its window."""

from typing import Literal

from orchestrator.domain.noun import Many, Noun, Sha256, Text
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave


class Planned(Noun):
    """A release plan was taken up, with its hosts and waves resolved."""

    kind: Literal["planned"] = "planned"
    plan: ReleasePlan
    plan_file: Text
    plan_sha256: Sha256
    project: Text
    targets: Many[Target]
    waves: Many[Wave]
    by: Text
    rehearsal: Rehearsal | None = None


class Submitted(Noun):
    """The deployment was put forward for approval."""

    kind: Literal["submitted"] = "submitted"
    by: Text


class GivenApproval(Noun):
    """One person's approval in a role."""

    role: Text
    person: Text


class Approved(Noun):
    """The approvals that the plan asks for are there; `basis` says on what authority."""

    kind: Literal["approved"] = "approved"
    approvals: Many[GivenApproval] = ()
    basis: Text


class Rejected(Noun):
    """Approval was denied."""

    kind: Literal["rejected"] = "rejected"
    by: Text
    reason: Text


class Cancelled(Noun):
    """Withdrawn before any host was touched."""

    kind: Literal["cancelled"] = "cancelled"
    by: Text
    reason: Text


class WindowOpened(Noun):
    """The deployment may start; `basis` names the window, or says that the plan declares none."""

    kind: Literal["window_opened"] = "window_opened"
    basis: Text
