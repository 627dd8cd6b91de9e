"""The release plan: the document that drives one deployment, in its twelve sections (ISO/IEC 20000-1 9.3, 5.2)."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.evidence.attempt import Allowance, AskedAcceleration
from orchestrator.domain.evidence.baseline import PlannedScope
from orchestrator.domain.evidence.task_names import SkippedTag, Tag
from orchestrator.domain.plan.assessment import Assessment, Impact, Priority
from orchestrator.domain.plan.change_request import ChangeRequest, ChangeType
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.communication import Communication
from orchestrator.domain.plan.declared_change import DeclaredChange
from orchestrator.domain.plan.load_balancer import PlannedRotation
from orchestrator.domain.plan.metric import Metric, named_apart
from orchestrator.domain.plan.objective import PlannedObjectives
from orchestrator.domain.plan.pilot import Pilot
from orchestrator.domain.plan.planned_schedule import Schedule
from orchestrator.domain.plan.planned_ticket import PlannedTicket
from orchestrator.domain.plan.reference import Reference, short_references
from orchestrator.domain.plan.resources import Resources
from orchestrator.domain.plan.stage import Stage, StageSpec
from orchestrator.domain.plan.stages import stages_of
from orchestrator.domain.plan.strategy_form import StrategyKind, form_of
from orchestrator.domain.plan.supplier import PlannedTrigger, Supplier
from orchestrator.domain.plan.unit_origin import MEDIA, PROJECT, Provenance, UnitSignature, below_its_library
from orchestrator.domain.plan.wave import Gate, HostLimit, Limit, PlannedWave, Wave
from orchestrator.domain.plan.withdrawal import Removal, Transfer
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import (
    Many,
    Name,
    Noun,
    PositiveSeconds,
    Sha256,
    Text,
    Variables,
)
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.selection import Selection
from orchestrator.domain.text.validation_error import exactly, wrong

Level = Literal["low", "medium", "high"]


ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
"""The ends of names by which an artefact is an archive."""


class ReleaseUnit(Noun):
    """A part of a service released as one entity: an artefact of the definitive media library with version and digest.

    `artefact` is a path relative to `library`, else to the plan's project. `on_target` is the path of the unit on a host
    afterwards: a file for a plain artefact, a directory for an archive; its digests are verified there again after
    deployment. `on`: the hosts that get it; none given, all.
    """

    name: Name
    version: Text
    artefact: Text
    sha256: Sha256
    on_target: Annotated[str, Field(pattern=r"^/")] | None = None
    on: Annotated[Selection | None, Since("0.2")] = None
    library: Annotated[Name | None, Since("0.2")] = None
    provenance: Annotated[Provenance | None, Since("0.2")] = None
    signature: Annotated[UnitSignature | None, Since("0.2")] = None

    @model_validator(mode="after")
    def _below_its_library(self) -> "ReleaseUnit":
        if self.library is not None:
            below_its_library(self.artefact, at="artefact")
        if self.library == PROJECT:
            raise wrong(
                "no library, for a file of the project", "remove it", finding="`project`", at="library"
            )
        return self

    @property
    def place(self) -> str:
        """Its path in the private copy, and the name of its digest: that of the artefact for a file of the project."""
        return self.artefact if self.library is None else f"{MEDIA}/{self.library}/{self.artefact}"

    @property
    def is_archive(self) -> bool:
        """Whether the artefact holds files, by the end of its name."""
        return self.artefact.endswith(ARCHIVES)


class Release(Noun):
    """Section 2, release description: the release package's units, what it removes, and what it closes.

    `service` and `cis` (configuration items) are what it changes, and `depends_on` the services it needs: two deployments
    that share any of them at the same time conflict. `rfcs`, `known_errors`, `problems` and `incidents` are the short form of
    `references`, with the usual effect of their kind.
    """

    name: Name
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,63}$")]
    units: Many[ReleaseUnit] = ()
    removes: Many[Text] = ()
    rfcs: Many[Text] = ()
    known_errors: Many[Text] = ()
    problems: Many[Text] = ()
    incidents: Annotated[Many[Text], Since("0.2")] = ()
    references: Annotated[Many[Reference], Since("0.2")] = ()
    depends_on: Many[Text] = ()
    service: Text | None = None
    cis: Many[Text] = ()
    emergency: bool = False

    @property
    def referenced(self) -> tuple[Reference, ...]:
        """Everything that it refers to, the short forms first."""
        return (
            *short_references(self.rfcs, self.known_errors, self.problems, self.incidents),
            *self.references,
        )

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests for change that it implements."""
        return tuple(each.id for each in self.referenced if each.kind == "request for change")

    @model_validator(mode="after")
    def _something_released(self) -> "Release":
        if not self.units and not self.removes:
            raise wrong(
                "at least one release unit, or one component that is removed",
                "fill in `units`: a file of the project is one too, such as the playbook "
                "(`{name: site, version: 1.0.0, artefact: site.yml, sha256: ...}`, as `sha256sum site.yml` prints it); "
                "or name in `removes` what is taken away",
                finding="none",
            )
        return self


class FailureLimit(Noun):
    """How many hosts may be down (failed, unknown, or dead) before the deployment stops: in one wave, and overall.

    An overall limit of 0 is no stricter than the waves'.
    """

    wave: HostLimit = Limit.of_valid(count=0)
    overall: HostLimit = Limit.of_valid(count=0)


class Strategy(Noun):
    """Section 4, deployment strategy: which playbook reaches which hosts in which order.

    *phased*: `waves`; *pilot*: `pilot`, then `waves` (default: the rest at once); *big-bang*: all hosts at once, no waves.
    `stages` stand for playbook, waves and pilot: a phased deployment whose stages have their own.
    `tags` and `skip_tags` select plays and tasks of the playbooks.
    `model` is the file of the deployment model that it follows, a path in the plan's project.
    """

    kind: StrategyKind
    model: Text | None = None
    hosts: Text
    playbook: Text | None = None
    variables: Variables = {}
    tags: Annotated[Many[Tag], Since("0.2")] = ()
    skip_tags: Annotated[Many[SkippedTag], Since("0.2")] = ()
    stages: Annotated[Many[StageSpec], Since("0.2")] = ()
    waves: Many[PlannedWave] = ()
    pilot: Pilot | None = None
    gate: Gate = Gate.of_valid()
    failure_limit: FailureLimit = FailureLimit.of_valid()
    load_balancer: Annotated[PlannedRotation | None, Since("0.2")] = None
    task_timeout: PositiveSeconds = 300.0
    run_timeout: PositiveSeconds = 3600.0
    forks: Annotated[int, Field(ge=1, le=500)] = 10
    accelerate: AskedAcceleration = None
    idempotent: bool = True
    allow: Allowance = Allowance.of_valid()

    @model_validator(mode="after")
    def _kind_fits(self) -> "Strategy":
        form = form_of(self.kind)
        if self.stages:
            return self._staged()
        if self.playbook is None:
            raise wrong("a playbook, or stages", "name the deploy playbook", finding="neither", at="playbook")
        if form.waves == "needed" and not self.waves:
            next_move = "add for example `waves: [1, 25%, rest]`"
            raise wrong(f"waves, for a {self.kind} strategy", next_move, finding="none")
        if form.pilot and self.pilot is None:
            example = "`pilot: {hosts: [web1], gate: {soak: 10m}}`"
            raise wrong(f"pilot, for a {self.kind} strategy", f"add for example {example}", finding="none")
        if not form.pilot and self.pilot is not None:
            next_move = "remove it, or write `kind: pilot`"
            raise wrong(f"no pilot, for a {self.kind} strategy", next_move, finding="one", at="pilot")
        if form.waves == "none" and self.waves:
            next_move = "remove them, or write `kind: phased`"
            raise wrong(f"no waves, for a {self.kind} strategy", next_move, finding="some", at="waves")
        return self

    def _staged(self) -> "Strategy":
        if self.kind != "phased":
            move = "write `kind: phased`; a stage can have a pilot"
            raise wrong("phased, for a strategy with stages", move, finding=self.kind, at="kind")
        for key in ("playbook", "waves", "pilot"):
            if getattr(self, key):
                raise wrong(
                    "it in the stages alone", "move it into a stage", finding="it beside them", at=key
                )
        names = [stage.name for stage in self.stages]
        for index, name in enumerate(names):
            if name in names[:index]:
                finding = f"a second `{name}`"
                raise wrong(
                    "a name of its own", "rename one of them", finding=finding, at=f"stages.{index}.name"
                )
        return self


class Risk(Noun):
    """Section 8: one risk with its assessment and its mitigation."""

    risk: Text
    likelihood: Level = "medium"
    impact: Level = "medium"
    mitigation: Text


class EarlyLifeSupport(Noun):
    """The time after the last wave in which the acceptance checks are repeated, and `metrics` are measured as at a gate."""

    duration: PositiveSeconds
    every: PositiveSeconds = 30.0
    metrics: Annotated[Many[Metric], Since("0.2")] = ()

    @model_validator(mode="after")
    def _named_apart(self) -> "EarlyLifeSupport":
        named_apart(self.metrics)
        return self


AtLeastOneCheck = Annotated[tuple[Check, ...], Field(strict=False, min_length=1)]


class Validation(Noun):
    """Section 10, testing and validation: what must hold on each host before it is touched, and after. No checks is a fault."""

    environment: AtLeastOneCheck
    acceptance: AtLeastOneCheck
    early_life: EarlyLifeSupport | None = None


class Backout(Noun):
    """Section 11, backout plan: the playbook that takes the release back, and the baseline that proves it did.

    `scope`: which hosts a failure backs out: the failed ones, the failed wave, or all touched ones. `on_failure`: back out
    at once, or hold for a person with the four choices retry, exclude, back out, hold on. `leaves_running`: names of programs
    that the backout playbook starts outside of systemd and leaves running on purpose. `changes`: what tasks change that do
    not say so themselves, such as commands. `tags` and `skip_tags` select plays and tasks. With stages the
    playbooks are theirs.
    """

    playbook: Text | None = None
    variables: Variables = {}
    tags: Annotated[Many[Tag], Since("0.2")] = ()
    skip_tags: Annotated[Many[SkippedTag], Since("0.2")] = ()
    baseline: PlannedScope
    changes: Annotated[Many[DeclaredChange], Since("0.2")] = ()
    scope: Literal["failed", "wave", "all_touched"] = "all_touched"
    on_failure: Literal["back_out", "hold"] = "back_out"
    task_timeout: PositiveSeconds = 300.0
    run_timeout: PositiveSeconds = 3600.0
    allow: Allowance = Allowance.of_valid()
    leaves_running: Annotated[Many[Text], Since("0.2")] = ()


class Approval(Noun):
    """Section 12, approval and sign-off: the roles that must approve before any host is touched.

    `policy` is the file of the release policy, where several apply to this deployment; `change` the type of change (normal,
    or emergency where the release is one), and `reason` why it is an emergency (default: the plan's purpose). `impact` is the
    class of the change: a removal and a transfer are always major. `ticket`: the change in a ticket system, without which it
    does not start.
    """

    required: Many[ReadableText] = ()
    sign_off: Many[ReadableText] = ()
    policy: Text | None = None
    change: ChangeType | None = None
    reason: Text | None = None
    impact: Annotated[Impact | None, Since("0.2")] = None
    priority: Annotated[Priority | None, Since("0.2")] = None
    ticket: Annotated[PlannedTicket | None, Since("0.2")] = None


class ReleasePlan(Noun):
    """A release plan. `orch` is the version of this format.

    The twelve sections, and what change management adds: what set it off, the assessment, suppliers, removal and transfer.
    """

    orch: Annotated[Literal[1], exactly(only=1)]
    purpose: Text
    release: Release
    objectives: PlannedObjectives
    strategy: Strategy
    roles: Annotated[dict[ReadableText, ReadableText], Field(min_length=1)]
    resources: Resources
    schedule: Schedule = Schedule.of_valid()
    risks: Annotated[tuple[Risk, ...], Field(strict=False, min_length=1)]
    communication: Annotated[tuple[Communication, ...], Field(strict=False, min_length=1)]
    validation: Validation
    backout: Backout
    approval: Approval
    trigger: Annotated[PlannedTrigger | None, Since("0.2")] = None
    assessment: Annotated[Assessment | None, Since("0.2")] = None
    suppliers: Annotated[Many[Supplier], Since("0.2")] = ()
    removal: Annotated[Removal | None, Since("0.2")] = None
    transfer: Annotated[Transfer | None, Since("0.2")] = None

    @model_validator(mode="after")
    def _playbooks_that_take_it_back(self) -> "ReleasePlan":
        if (self.backout.playbook is None) != bool(self.strategy.stages):
            if self.strategy.stages:
                move = "remove it: each stage has a `backout`"
                raise wrong(
                    "backout playbooks in the stages alone", move, finding="one here", at="backout.playbook"
                )
            move = "name the playbook that takes the release back"
            raise wrong("a backout playbook", move, finding="none", at="backout.playbook")
        return self

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in their order, with everything said; a plan without any is one stage without a name."""
        return stages_of(self.strategy, self.backout)

    def stage_of(self, wave: Wave) -> Stage:
        """The stage of a wave."""
        return next(stage for stage in self.stages if stage.name == wave.stage)

    @property
    def playbooks(self) -> tuple[str, ...]:
        """Every playbook of the plan: of each stage the one that deploys, then the one that takes it back."""
        return tuple(
            name for stage in self.stages for name in (stage.playbook, stage.backout.playbook) if name
        )

    @property
    def balancer_hosts(self) -> tuple[str, ...]:
        """The inventory hosts on which load balancers are reached."""
        rotations = [stage.load_balancer for stage in self.stages if stage.load_balancer is not None]
        names = [balancer.on for rotation in rotations for balancer in rotation.balancers]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def change_request(self) -> ChangeRequest:
        """The change under which the deployment is requested."""
        usual: ChangeType = "emergency" if self.release.emergency else "normal"
        asked = self.approval.change or usual
        reason = self.approval.reason or (self.purpose if asked == "emergency" else None)
        return ChangeRequest(type=asked, reason=reason)
