"""Errors of the lab."""

from orchestrator.errors import MachineLacks, NotFound, UsageFault


class LabUsage(UsageFault):
    """A name, a count or a fault that makes no sense."""


class NoSuchLab(NotFound):
    """No lab has that name, or no host in the lab."""


class LabUnavailable(MachineLacks):
    """This machine cannot run a lab; the message lists everything that is missing and what still works."""


class LabError(MachineLacks):
    """The machine refused something that the lab needs; the message has its words and the next move."""
