"""The check of hosts without ssh: values that a module of Ansible answers."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from orchestrator.domain.evidence.module_question import (
    ModuleName,
    ValueExpectation,
    refuse_other_than_questions,
)
from orchestrator.domain.plan.check_base import CheckBase
from orchestrator.domain.text.model_base import PositiveSeconds, Variables


class ModuleCheck(CheckBase):
    """Values that a module of Ansible answers about a host without ssh; each expectation must hold.

    `args` are given to Ansible as they are written. `reads_only`: the author's word, for modules that run any command.
    """

    kind: Literal["module"] = "module"
    main: ClassVar[str] = "name"
    name: ModuleName
    args: Variables = {}
    reads_only: bool = False
    expect: Annotated[tuple[ValueExpectation, ...], Field(strict=False, min_length=1)]
    timeout: PositiveSeconds = 30.0

    @model_validator(mode="after")
    def _reads(self) -> Self:
        refuse_other_than_questions(self.name, self.args, reads_only=self.reads_only, at="name")
        return self
