"""What all kinds of checks share."""

from typing import Annotated, ClassVar

from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Noun, Seconds, Text
from orchestrator.domain.text.selection import Selection, selects


class CheckBase(Noun):
    """What all checks share: a check is asked again until it passes or `within` is over.

    In a soak and in early life support `soak_within` stands for `within`: 0, the first bad answer counts. `on`: the hosts that
    it is about; none given, all.
    """

    main: ClassVar[str] = ""
    title: Text | None = None
    within: Seconds = 0.0
    every: Seconds = 1.0
    soak_within: Annotated[Seconds, Since("0.2")] = 0.0
    on: Annotated[Selection | None, Since("0.2")] = None

    def is_on(self, target: Target) -> bool:
        """Whether it is about this host."""
        return selects(self.on, target.host, target.groups)
