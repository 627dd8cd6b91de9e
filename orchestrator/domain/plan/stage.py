"""Stages: the parts of a deployment that follow one another, such as database, application and proxy (ITIL 4 table 5.1).

Each has hosts, playbooks, waves, gates and a backout of its own. A failure takes the later stages back first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.domain.evidence.attempt import Allowance, Purpose
from orchestrator.domain.evidence.task_names import SkippedTag, Tag
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.declared_change import DeclaredChange
from orchestrator.domain.plan.load_balancer import PlannedRotation, Rotation
from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.domain.plan.pilot import Pilot
from orchestrator.domain.plan.target import Target, selected
from orchestrator.domain.plan.wave import Gate, HostLimit, Limit, PlannedWave, WaveSpec
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Text, Variables
from orchestrator.domain.text.selection import Selection
from orchestrator.domain.text.validation_error import wrong


class StageBackout(Noun):
    """How a stage is taken back; written as the playbook alone, or with more. What is left out is that of the whole plan.

    `manual`: people take it back, in the place of a playbook.
    """

    playbook: Text | None = None
    manual: ManualStep | None = None
    variables: Variables = {}
    tags: Annotated[Many[Tag] | None, Since("0.2")] = None
    skip_tags: Annotated[Many[SkippedTag] | None, Since("0.2")] = None
    changes: Many[DeclaredChange] = ()
    task_timeout: PositiveSeconds | None = None
    run_timeout: PositiveSeconds | None = None
    allow: Allowance | None = None
    leaves_running: Many[Text] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "StageBackout":
        _either(self.playbook, self.manual)
        return self


def stage_backout_of(value: Any) -> Any:
    """A StageBackout from its short form, the playbook."""
    return {"playbook": value} if isinstance(value, str) else value


class StageSpec(Noun):
    """A stage as the plan declares it; what is left out is that of the strategy.

    `on`: its hosts, among those of the strategy. `once`: a step for the whole fleet, which runs on one host and once in a
    deployment, not again by a retry unless a person says so. `entry` and `acceptance` are asked for each of its waves.
    `manual`: people do it, in the place of a playbook.
    """

    name: Name
    on: Selection
    objective: Text | None = None
    once: bool = False
    playbook: Text | None = None
    manual: ManualStep | None = None
    variables: Variables = {}
    tags: Annotated[Many[Tag] | None, Since("0.2")] = None
    skip_tags: Annotated[Many[SkippedTag] | None, Since("0.2")] = None
    waves: Many[PlannedWave] = ()
    pilot: Pilot | None = None
    gate: Gate | None = None
    failure_limit: HostLimit | None = None
    load_balancer: PlannedRotation | None = None
    entry: Many[Check] = ()
    acceptance: Many[Check] = ()
    task_timeout: PositiveSeconds | None = None
    run_timeout: PositiveSeconds | None = None
    forks: Annotated[int, Field(ge=1, le=500)] | None = None
    idempotent: bool | None = None
    allow: Allowance | None = None
    backout: Annotated[
        StageBackout, BeforeValidator(stage_backout_of, json_schema_input_type=Text | StageBackout)
    ]

    @model_validator(mode="after")
    def _one_way(self) -> "StageSpec":
        _either(self.playbook, self.manual)
        if self.manual is not None and not self.acceptance:
            expected = "a check that looks at what was done by hand"
            raise wrong(expected, "add `acceptance` to the stage", finding="none", at="acceptance")
        return self

    @model_validator(mode="after")
    def _once_is_one_host(self) -> "StageSpec":
        if self.once and (self.waves or self.pilot is not None):
            raise wrong(
                "no waves in a stage that runs once",
                "remove them: its one host is its only wave",
                finding="some",
            )
        if self.once and self.idempotent:
            raise wrong(
                "a step that is not repeated",
                "remove it, or `once`",
                finding="`idempotent: true`",
                at="idempotent",
            )
        return self


def _either(playbook: str | None, manual: ManualStep | None) -> None:
    if (playbook is None) == (manual is None):
        finding = "neither" if playbook is None else "both"
        raise wrong("a playbook, or a manual step", "say in one way what is done", finding=finding)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How a stage is taken back, with everything said. `path` is where the plan says it; no playbook where it is manual."""

    path: str
    playbook: str
    manual: ManualStep | None
    variables: Variables
    tags: tuple[str, ...]
    skip_tags: tuple[str, ...]
    changes: tuple[DeclaredChange, ...]
    task_timeout: float
    run_timeout: float
    allow: Allowance
    leaves_running: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with everything said. A plan without stages is one, without a name. `path` is where the plan says it.

    A manual stage has no playbook (it is empty).
    """

    path: str
    name: str | None
    on: tuple[str, ...] | None
    objective: str | None
    once: bool
    playbook: str
    manual: ManualStep | None
    variables: Variables
    tags: tuple[str, ...]
    skip_tags: tuple[str, ...]
    waves: tuple[WaveSpec, ...]
    pilot: Pilot | None
    gate: Gate
    failure_limit: Limit
    load_balancer: Rotation | None
    entry: tuple[Check, ...]
    acceptance: tuple[Check, ...]
    task_timeout: float
    run_timeout: float
    forks: int
    idempotent: bool
    allow: Allowance
    backout: TakenBack

    def manual_for(self, purpose: Purpose) -> ManualStep | None:
        """The work by hand that deploys the stage or takes it back, if people do that."""
        return self.manual if purpose == "deploy" else self.backout.manual


def hosts_of_stage(stage: Stage, targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets of a stage; of a step that runs once the first one."""
    of_stage = selected(stage.on, targets)
    return of_stage[:1] if stage.once else of_stage
