"""The answer of admission: admitted, with its grounds, or every reason why not."""

from typing import Literal, get_args

from orchestrator.domain.authority.change_ticket import TicketLack
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.signing import KeyId
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.model_base import Many, Moment, Noun

ReasonCode = Literal[
    "policy.scope",
    "policy.change_type",
    "policy.mode",
    "policy.strategy",
    "policy.ssh_passwords",
    "policy.frequency",
    "policy.verification",
    "policy.separation",
    "policy.competence",
    "policy.not_told",
    "policy.gone",
    "policy.changed",
    "policy.older",
    "policy.not_adopted",
    "plan.changed",
    "plan.faulty",
    "change.undeclared_emergency",
    "change.not_preauthorised",
    "model.missing",
    "model.not_allowed",
    "model.not_applicable",
    "model.requires",
    "model.playbook",
    "model.flow",
    "document.ungoverned",
    "document.draft",
    "document.retired",
    "document.not_approved",
    "document.changed",
    "document.bad_signature",
    "document.foreign_key",
    "document.revoked_key",
    "document.expired_key",
    "document.machine_key",
    "document.wrong_person",
    "document.by_author",
    "document.role_not_held",
    "document.from_the_future",
    "document.expired",
    "environment.name",
    "environment.machine",
    "environment.inventory",
    "environment.policy",
    "environment.gone",
    "environment.rehearsal",
    "approval.bad_signature",
    "approval.foreign_key",
    "approval.revoked_key",
    "approval.expired_key",
    "approval.machine_key",
    "approval.wrong_person",
    "approval.unknown_role",
    "approval.role_not_held",
    "approval.replayed",
    "approval.transplanted",
    "approval.plan_changed",
    "approval.expired",
    "approval.too_old",
    "approval.from_the_future",
    "approval.requester",
    "approval.rejected",
    "approval.missing",
    "rehearsal.missing",
    "rehearsal.bad_signature",
    "rehearsal.foreign_key",
    "rehearsal.not_on_record",
    "rehearsal.other_release",
    "rehearsal.changed",
    "rehearsal.elsewhere",
    "rehearsal.other_software",
    "rehearsal.too_old",
    "rehearsal.from_the_future",
    "rehearsal.not_restored",
    "rehearsal.uncovered",
    "rehearsal.no_failure_path",
    "rehearsal.not_idempotent",
    "window.closed",
    "window.never_opens",
    "window.of_the_plan",
    "freeze.binds",
    "override.not_allowed",
    "conflict.runs",
    "time.not_measured",
    "time.too_short",
    "word.foreign_key",
    "word.bad_signature",
    "word.revoked_key",
    "word.expired_key",
    "word.other_name",
    "word.role_not_held",
    "word.machine",
    "approval.other_backout",
    "record.broken",
    "late.rollback",
    "late.no_emergency",
    "late.nothing_needed",
    "concession.missing",
    "confirm.not_waiting",
    "confirm.other_role",
    "confirm.other_wave",
    "confirm.soaking",
    "confirm.no_note",
    "step.not_waiting",
    "step.other_role",
    "step.no_note",
    "step.attachments",
    TicketLack,
]

BY_CLOCK: frozenset[ReasonCode] = frozenset({"window.closed", "window.of_the_plan"})
"""Reasons that time alone resolves, where something opens again."""
OF_CALENDAR: frozenset[ReasonCode] = BY_CLOCK | {
    "freeze.binds",
    "time.too_short",
    "time.not_measured",
    "policy.frequency",
    "override.not_allowed",
    "conflict.runs",
}
"""Reasons that depend on the time of the start; none of them concerns approvals."""


OF_APPROVALS: frozenset[ReasonCode] = frozenset(
    code for code in get_args(ReasonCode) if code.startswith("approval.")
)
LIFTED_BY_PEOPLE: frozenset[ReasonCode] = OF_APPROVALS | {"freeze.binds", "override.not_allowed"}
"""Reasons whose next move is a signed word on the open deployment; once it is over, none is taken."""


class Reason(Noun):
    """One reason not to start: its subject, the finding, and the next move."""

    code: ReasonCode
    about: str
    found: str
    next_move: str

    def __str__(self) -> str:
        return f"{self.about}: {self.found}; {self.next_move}"

    def without_moves_of_an_open_one(self) -> str:
        """The reason on a deployment that it ends: without a next move that only an open deployment can take."""
        return f"{self.about}: {self.found}" if self.code in LIFTED_BY_PEOPLE else str(self)


class Admitted(Noun):
    """The deployment may start now. `grounds` are the facts it rests on; `set_aside` is what was presented but does not count.

    `consumes`: nonces of the approvals that this start uses up. `closes`: the end of the present opening; waves must fit
    into it. `review_by` and `reviewers`: the review that must follow an emergency. `sign_off`: who accepts the deployment
    afterwards. `issuer`: the key of the certificate that it rests on. `documents`: how model and policy stand now, where their
    files say something of it.
    """

    grounds: Many[Ground]
    set_aside: Many[str] = ()
    consumes: Many[str] = ()
    overridden: Many[str] = ()
    closes: Moment | None = None
    review_by: Moment | None = None
    reviewers: Many[RoleNeed] = ()
    sign_off: Many[RoleNeed] = ()
    issuer: KeyId | None = None
    documents: Many[DocumentOnRecord] = ()


class NotAdmitted(Noun):
    """Every reason why a deployment may not start now, at least one."""

    reasons: Many[Reason]

    def __str__(self) -> str:
        return "\n".join(str(reason) for reason in self.reasons)


Admission = Admitted | NotAdmitted
