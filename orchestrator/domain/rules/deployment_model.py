"""A deployment model: a repeatable, versioned approach to one kind of deployment (ITIL 4 deployment management 2.4.1)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.plan.release_plan import EarlyLifeSupport, FailureLimit, Level
from orchestrator.domain.plan.wave import Gate
from orchestrator.domain.rules.document_control import DocumentControl
from orchestrator.domain.rules.may_change import MayChange
from orchestrator.domain.rules.requirement import Required
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.names import ReadableText, as_read, same_name
from orchestrator.domain.text.validation_error import exactly, wrong


class Applicability(Noun):
    """Which deployments the model is for: by type of change, and by the highest risk that the plan names."""

    change_types: Many[ChangeType] = ()
    highest_impact: Level = "high"


class StrategyDefaults(Noun):
    """Defaults for a plan's strategy."""

    gate: Gate | None = None
    failure_limit: FailureLimit | None = None
    task_timeout: PositiveSeconds | None = None
    run_timeout: PositiveSeconds | None = None
    forks: Annotated[int, Field(ge=1, le=500)] | None = None
    early_life: EarlyLifeSupport | None = None


class Playbooks(Noun):
    """The playbooks of the model, where all its deployments share them; paths in the plan's project."""

    deploy: Text | None = None
    backout: Text | None = None


class ModelStep(Noun):
    """A step of the approach in words. `seen_by` says what in plan or record shows it; `nobody` where nothing does."""

    step: Text
    role: ReadableText
    seen_by: Text


class Improvement(Noun):
    """An initiative to improve the model."""

    what: Text
    owner: Text


class DeploymentModel(Noun):
    """A deployment model; `orch` is the version of this format, `version` that of the model.

    `flow`: the environments in order: a release reaches each one only after a successful deployment to the one before.
    `may_change`: what a deployment may change on its hosts, and nothing else; without it anything. `document`: who answers
    for the file.
    """

    orch: Annotated[Literal[1], exactly(only=1)]
    model: Name
    version: Annotated[int, Field(ge=1)]
    title: Text
    purpose: Text
    applies_to: Applicability = Applicability.of_valid()
    triggers: Many[Text] = ()
    flow: Many[Name] = ()
    defaults: StrategyDefaults = StrategyDefaults.of_valid()
    requires: Required
    playbooks: Playbooks = Playbooks.of_valid()
    may_change: Annotated[MayChange | None, Since("0.2")] = None
    document: Annotated[DocumentControl | None, Since("0.2")] = None
    steps: Annotated[tuple[ModelStep, ...], Field(strict=False, min_length=1)]
    improvements: Many[Improvement] = ()

    @model_validator(mode="after")
    def _flows_once(self) -> "DeploymentModel":
        if len(set(map(as_read, self.flow))) != len(self.flow):
            raise wrong("each environment once", "remove the second mention", at="flow")
        return self

    def before(self, environment: str) -> str | None:
        """The environment in which a release must have succeeded before this one, or None."""
        index = next((n for n, name in enumerate(self.flow) if same_name(name, environment)), 0)
        return self.flow[index - 1] if index else None
