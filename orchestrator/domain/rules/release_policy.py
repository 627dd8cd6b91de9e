"""The release policy of a customer or service: what a deployment needs to be authorised (ISO/IEC 20000-1 9.3)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow
from orchestrator.domain.plan.change_request import ChangeType, Mode
from orchestrator.domain.plan.strategy_form import StrategyKind
from orchestrator.domain.rules.change_rules import MajorChange, PeopleRule
from orchestrator.domain.rules.communication_rule import CommunicationRule
from orchestrator.domain.rules.document_control import DocumentControl, DocumentsRule
from orchestrator.domain.rules.late_rules import (
    Concessions,
    ConfirmRule,
    LateBackout,
    ReviewRule,
    SignOffRule,
)
from orchestrator.domain.rules.may_change import MayChange
from orchestrator.domain.rules.requirement import Need, Required, RoleNeed
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.names import ReadableText, is_among
from orchestrator.domain.text.validation_error import exactly, wrong

DAY = 86400.0
Uncovered = Literal["accept", "refuse"]
Passwords = Literal["accept", "refuse"]
VersionGrain = Literal["series", "exact", "any"]
"""How alike the software of a rehearsal and a deployment must be: of a series with equal collections, equal, or not at all."""
MistakesAre = Literal["by class", "fault"]
SafeWord = Literal["pause", "hold", "abort"]
"""Words that make a deployment safer; a policy may take them without a signature."""


class Scope(Noun):
    """Which deployments a policy is for: releases and environments by name; an empty list means any."""

    releases: Many[Name] = ()
    environments: Many[Name] = ()

    def covers(self, release: str, environment: str) -> bool:
        """Whether it is for this release in this environment."""
        return (not self.releases or is_among(release, self.releases)) and (
            not self.environments or is_among(environment, self.environments)
        )


class Frequency(Noun):
    """How many deployments may start within a time; failed and backed out ones count too."""

    at_most: Annotated[int, Field(ge=1)]
    per: PositiveSeconds


class Approvals(Noun):
    """Who must approve before, and who signs off after; each approval is valid for at most `valid_for`."""

    before: Many[Need] = ()
    after: Many[Need] = ()
    valid_for: PositiveSeconds = 30 * DAY


class SeparationOfDuties(Noun):
    """What one person may not do alone.

    `several_roles`: one person's approvals may count for several roles. `apart`: lists of roles that the plan must give
    to different people.
    """

    requester_approves: bool = False
    several_roles: bool = False
    apart: Many[Many[ReadableText]] = ()


class AskedRehearsal(Noun):
    """The required rehearsal. `failure_path`: with an injected failure as well; `idempotence`: each playbook twice.

    `uncovered`: whether one counts that changed things which no item of the baseline covers. `versions`: how much like the
    software of the rehearsal that of the deployment must be (docs/adr/0099).
    """

    environments: Many[Name] = ()
    max_age: PositiveSeconds
    failure_path: bool = False
    idempotence: bool = False
    uncovered: Annotated[Uncovered, Since("0.2")] = "accept"
    versions: Annotated[VersionGrain, Since("0.2")] = "series"


class Emergency(Noun):
    """The documented emergency procedure: what counts as one, who approves, what is waived, and the review's time limit."""

    definition: Text
    before: Annotated[tuple[Need, ...], Field(strict=False, min_length=1)]
    outside_windows: bool = True
    without_rehearsal: bool = True
    outside_flow: bool = False
    review_within: PositiveSeconds
    reviewers: Annotated[tuple[Need, ...], Field(strict=False, min_length=1)]


class StandardChange(Noun):
    """A model whose deployments are pre-authorised, in one version of it; `before` are approvals that are still required."""

    model: Name
    version: Annotated[int, Field(ge=1)]
    before: Many[Need] = ()


class ReleasePolicy(Noun):
    """A release policy; `orch` is the version of this format, `version` that of the policy.

    Windows bind where there are any, freezes always. `undo_before_close`: a wave starts only if it and all waves before it
    can be deployed, verified and backed out while the window is open; `margin` is added to measured times. `may_change`: what
    a deployment may change on its hosts, and nothing else; without it anything that its model allows. `unsigned_words` may
    be said without a signature where keys are trusted; all others are signed. `changed_by`: the roles whose word brings the
    next version into force, or ends the policy; without any, those that approve before. `planning_mistakes`:
    `fault` makes each a fault; else it depends on the class of change and environment. `document`: who answers for the file;
    `documents`: what is demanded of model and policy as documents. `review`: what follows as a post-implementation review.
    `communication`: whom a plan must have told. `ssh_passwords`: whether hosts may be logged in to with a password.
    """

    orch: Annotated[Literal[1], exactly(only=1)]
    policy: Name
    version: Annotated[int, Field(ge=1)]
    title: Text
    applies_to: Scope = Scope.of_valid()
    frequency: Frequency | None = None
    change_types: Annotated[tuple[ChangeType, ...], Field(strict=False, min_length=1)] = ("normal",)
    modes: Annotated[tuple[Mode, ...], Field(strict=False, min_length=1)] = ("attended", "scheduled")
    strategies: Many[StrategyKind] = ()
    models: Many[Name] = ()
    standard: Many[StandardChange] = ()
    approvals: Approvals = Approvals.of_valid()
    separation: SeparationOfDuties = SeparationOfDuties.of_valid()
    roles: Many[ReadableText] = ()
    verification: Required = Required.of_valid()
    rehearsal: AskedRehearsal | None = None
    emergency: Emergency | None = None
    windows: Many[MaintenanceWindow] = ()
    freezes: Many[Freeze] = ()
    window_override: Many[ReadableText] = ()
    undo_before_close: bool = True
    margin: Annotated[float, Field(ge=0, le=5)] = 0.2
    retention: PositiveSeconds = 3 * 365 * DAY
    may_change: Annotated[MayChange | None, Since("0.2")] = None
    changed_by: Annotated[Many[ReadableText], Since("0.2")] = ()
    ssh_passwords: Annotated[Passwords, Since("0.2")] = "refuse"
    unsigned_words: Annotated[Many[SafeWord], Since("0.2")] = ()
    late_backout: Annotated[LateBackout, Since("0.2")] = LateBackout.of_valid()
    concessions: Annotated[Concessions | None, Since("0.2")] = None
    confirm: Annotated[ConfirmRule, Since("0.2")] = ConfirmRule.of_valid()
    sign_off: Annotated[SignOffRule, Since("0.2")] = SignOffRule.of_valid()
    planning_mistakes: Annotated[MistakesAre, Since("0.2")] = "by class"
    major: Annotated[MajorChange | None, Since("0.2")] = None
    people: Annotated[PeopleRule, Since("0.2")] = PeopleRule.of_valid()
    document: Annotated[DocumentControl | None, Since("0.2")] = None
    documents: Annotated[DocumentsRule | None, Since("0.2")] = None
    review: Annotated[ReviewRule, Since("0.2")] = ReviewRule.of_valid()
    communication: Annotated[CommunicationRule | None, Since("0.2")] = None

    @property
    def backout_needs(self) -> tuple[RoleNeed, ...]:
        """Who must agree that a completed deployment is taken back: who approves before, else whoever accepts it."""
        return self.late_backout.before or self.approvals.before or self.approvals.after

    @property
    def emergency_backout_needs(self) -> tuple[RoleNeed, ...]:
        """Who must agree in an emergency; nobody can where there is no emergency procedure."""
        return self.late_backout.emergency or (self.emergency.before if self.emergency is not None else ())

    @property
    def concession_needs(self) -> tuple[RoleNeed, ...]:
        """Who must agree to go on without a host: whoever accepts what was deployed, else who approves before."""
        if self.concessions is not None:
            return self.concessions.roles
        return self.approvals.after or self.approvals.before

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "ReleasePolicy":
        if ("emergency" in self.change_types) != (self.emergency is not None):
            raise wrong(
                "`emergency` among change_types together with the section `emergency`",
                "say both or neither",
                finding="one without the other",
                at="emergency",
            )
        if self.late_backout.emergency and self.emergency is None:
            raise wrong(
                "the section `emergency`, whose review follows",
                "add it, or leave this list out",
                finding="roles for an emergency alone",
                at="late_backout.emergency",
            )
        if ("standard" in self.change_types) != bool(self.standard):
            raise wrong(
                "`standard` among change_types together with the models that are pre-authorised",
                "say both or neither",
                finding="one without the other",
                at="standard",
            )
        return self
