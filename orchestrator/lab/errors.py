"""What the lab refuses or fails at."""

from orchestrator.errors import MachineLacks, NotFound, UsageFault


class LabUsage(UsageFault):
    """A name, a count or a fault that makes no sense."""


class NoSuchLab(NotFound):
    """No lab, or no host in it, of that name."""


class LabUnavailable(MachineLacks):
    """This machine cannot run a lab; the message lists everything that is missing and what still works."""


class LabError(MachineLacks):
    """The machine refused something the lab needs; the message holds its words and the next move."""
