"""The strategies there are, and what each one asks of a plan: the only place where one is declared."""

from typing import Literal, NamedTuple, assert_never

StrategyKind = Literal["phased", "pilot", "big-bang"]


class StrategyForm(NamedTuple):
    """What a strategy asks of the plan: a pilot or none, and waves that must be there, may be there, or must not."""

    pilot: bool
    waves: Literal["needed", "optional", "none"]

    @property
    def all_at_once(self) -> bool:
        """Whether no wave can limit what a bad release reaches."""
        return self.waves == "none"


def form_of(kind: StrategyKind) -> StrategyForm:
    """What this strategy asks of the plan."""
    match kind:
        case "phased":
            return StrategyForm(pilot=False, waves="needed")
        case "pilot":
            return StrategyForm(pilot=True, waves="optional")
        case "big-bang":
            return StrategyForm(pilot=False, waves="none")
        case _:
            assert_never(kind)
