"""The strategies and what each requires of a plan; they are declared only here."""

from typing import Literal, NamedTuple, assert_never

StrategyKind = Literal["phased", "pilot", "big-bang"]


class StrategyForm(NamedTuple):
    """What a strategy requires of the plan: a pilot or none, and waves that are required, allowed, or forbidden."""

    pilot: bool
    waves: Literal["needed", "optional", "none"]

    @property
    def all_at_once(self) -> bool:
        """Whether no wave limits the reach of a bad release."""
        return self.waves == "none"


def form_of(kind: StrategyKind) -> StrategyForm:
    """The form of this strategy."""
    match kind:
        case "phased":
            return StrategyForm(pilot=False, waves="needed")
        case "pilot":
            return StrategyForm(pilot=True, waves="optional")
        case "big-bang":
            return StrategyForm(pilot=False, waves="none")
        case _:
            assert_never(kind)
