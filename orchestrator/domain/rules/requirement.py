"""What a deployment model or a release policy requires of a plan: only what the plan and its waves show."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.domain.evidence.baseline import BaselinePart
from orchestrator.domain.plan.assessment import Aspect
from orchestrator.domain.plan.check import CHECK_KINDS
from orchestrator.domain.plan.planned_ticket import TicketSystem, TicketUrl
from orchestrator.domain.plan.reference import ReferenceKind
from orchestrator.domain.plan.strategy_form import StrategyKind
from orchestrator.domain.plan.wave import HostLimit
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Seconds, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import meant, wrong

Presence = Literal["some", "none"]
StageForm = Literal["once", "manual"]


def _check_kind(kind: str) -> str:
    if kind not in CHECK_KINDS:
        guess = meant(kind, list(CHECK_KINDS))
        raise wrong(
            "a check kind", f"did you mean `{guess}`?" if guess else f"use one of {', '.join(CHECK_KINDS)}"
        )
    return kind


CheckKind = Annotated[str, AfterValidator(_check_kind)]


class AskedGate(Noun):
    """The minimum of each gate: after every wave, or only after the first one."""

    after: Literal["every wave", "first wave"] = "every wave"
    soak: Seconds = 0.0
    confirm: ReadableText | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "AskedGate":
        if not self.soak and self.confirm is None:
            raise wrong("soak or confirm", "say what must pass after a wave")
        return self


class AskedObjectives(Noun):
    """How many objectives of a plan must have a measure, and so long after the end these are due at the latest."""

    measured: Literal["each", "one"] = "one"
    due_within: PositiveSeconds | None = None


class TicketDemand(Noun):
    """The change ticket that a plan must name: in one of these systems, below one of these addresses; empty lists mean any.

    `rehearsals`: a rehearsal under these rules is asked for its own ticket as well.
    """

    systems: Many[TicketSystem] = ()
    urls: Many[TicketUrl] = ()
    rehearsals: bool = False


def demand_of(value: Any) -> Any:
    """A demand from its short form, `true`."""
    return {} if value is True else None if value is False else value


class Required(Noun):
    """The requirements; a field that is left out requires nothing.

    `environment`, `acceptance`: kinds of check that must be among those before and after; `acceptance_any`: at least one of
    these kinds. `absence`: an acceptance check that something is gone. `first_wave`, `any_wave`: the most hosts it may
    reach. `baseline`: parts that must be captured, so that the backout can be proved. `references`: kinds of record that the
    release must refer to. `assessment`: aspects that must be weighed. `withdrawal`: what it removes or hands over has a section
    that says what becomes of data, licences, documentation and consumers. `libraries`: those that units may come from.
    `provenance`, `test_report`: each unit has a build record, a test report. `signed_by`: persons or fingerprints of keys, one
    of whom signed each unit. `first_stage`: the form of the first stage.
    `manual`: whether people do a stage. `objectives`: which of them are measured, and until when. `ticket`: the plan names a
    change ticket; `true`, or which ones.
    """

    strategies: Many[StrategyKind] = ()
    first_wave: HostLimit | None = None
    any_wave: HostLimit | None = None
    gate: AskedGate | None = None
    units: Presence | None = None
    removes: Presence | None = None
    units_on_target: bool = False
    idempotent: bool = False
    task_timeout: PositiveSeconds | None = None
    environment: Many[CheckKind] = ()
    acceptance: Many[CheckKind] = ()
    acceptance_any: Many[CheckKind] = ()
    absence: bool = False
    early_life: PositiveSeconds | None = None
    baseline: Many[BaselinePart] = ()
    backout_scope: Literal["failed", "wave", "all_touched"] | None = None
    roles: Many[ReadableText] = ()
    rfcs: bool = False
    references: Annotated[Many[ReferenceKind], Since("0.2")] = ()
    assessment: Annotated[Many[Aspect], Since("0.2")] = ()
    impact: Annotated[bool, Since("0.2")] = False
    priority: Annotated[bool, Since("0.2")] = False
    trigger: Annotated[bool, Since("0.2")] = False
    suppliers: Annotated[Presence | None, Since("0.2")] = None
    withdrawal: Annotated[bool, Since("0.2")] = False
    libraries: Annotated[Many[Name], Since("0.2")] = ()
    provenance: Annotated[bool, Since("0.2")] = False
    test_report: Annotated[bool, Since("0.2")] = False
    signed_by: Annotated[Many[Text], Since("0.2")] = ()
    first_stage: Annotated[StageForm | None, Since("0.2")] = None
    manual: Annotated[Presence | None, Since("0.2")] = None
    objectives: Annotated[AskedObjectives | None, Since("0.2")] = None
    ticket: Annotated[
        TicketDemand | None,
        BeforeValidator(demand_of, json_schema_input_type=bool | TicketDemand | None),
        Since("0.2"),
    ] = None


class RoleNeed(Noun):
    """A role and the number of different people needed in it; written as the role alone for one."""

    role: ReadableText
    people: Annotated[int, Field(ge=1, le=20)] = 1


def need_of(value: Any) -> Any:
    """A RoleNeed from its short form, the role."""
    return {"role": value} if isinstance(value, str) else value


Need = Annotated[RoleNeed, BeforeValidator(need_of, json_schema_input_type=Text | RoleNeed)]
