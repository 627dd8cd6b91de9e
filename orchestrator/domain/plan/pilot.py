"""The pilot: the hosts that go first, and what must pass before the rest follow."""

from pydantic import model_validator

from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.wave import AtLeastOneHost, Gate, GroupName
from orchestrator.domain.text.model_base import Many, Noun, Text
from orchestrator.domain.text.validation_error import wrong


class Pilot(Noun):
    """The hosts that go first, and what must pass before the rest follow."""

    hosts: AtLeastOneHost | None = None
    group: GroupName | None = None
    objective: Text | None = None
    acceptance: Many[Check] = ()
    gate: Gate | None = None

    @model_validator(mode="after")
    def _one_selector(self) -> "Pilot":
        if (self.hosts is None) == (self.group is None):
            raise wrong("either hosts or group", "say in one way which hosts go first")
        return self
