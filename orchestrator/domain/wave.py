"""Waves: the phases in which a deployment reaches its hosts, each with objectives, entry and exit criteria (TR 20000-5, 7)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.domain.check import Check
from orchestrator.domain.noun import HostName, Many, Noun, Seconds, Text

Percent = Annotated[float, Field(gt=0, le=100)]


class Limit(Noun):
    """How many hosts may be down, as a count or as a percentage; written `2` or `10%`."""

    count: Annotated[int, Field(ge=0)] | None = None
    percent: Annotated[float, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Limit":
        if (self.count is None) == (self.percent is None):
            raise ValueError("a number of hosts such as 2, or a percentage such as 10%")
        return self

    def hosts_of(self, total: int) -> int:
        """The number of hosts that may be down out of `total`; a percentage is rounded down."""
        if self.count is not None:
            return self.count
        return int(total * (self.percent or 0) / 100)


def _number_before_percent(value: str) -> float | None:
    try:
        return float(value[:-1]) if value.endswith("%") else None
    except ValueError:
        return None


def limit_of(value: Any) -> Any:
    """A Limit from `2` or `10%`."""
    if isinstance(value, bool):
        raise ValueError("a number of hosts such as 2, or a percentage such as 10%")
    if isinstance(value, int):
        return {"count": value}
    if isinstance(value, str):
        percent = _number_before_percent(value)
        if percent is None:
            raise ValueError("a number of hosts such as 2, or a percentage such as 10%")
        return {"percent": percent}
    return value


HostLimit = Annotated[Limit, BeforeValidator(limit_of)]


class Gate(Noun):
    """What must pass after a wave before the next: soak time, and confirmation by a person in this role.

    During soak the acceptance checks of all verified hosts are asked every `every` seconds, and once more at its end.
    """

    soak: Seconds = 0.0
    every: Annotated[Seconds, Field(gt=0)] = 15.0
    confirm: Text | None = None


class WaveSpec(Noun):
    """A wave as the plan declares it: exactly one of count, percent, group, hosts or rest; written `1`, `25%`, `rest`, `GROUP`.

    Percentages are of all hosts of the deployment, rounded up. `entry` must hold on the wave's hosts before they are
    touched; `acceptance` is verified in addition to the plan's own, after.
    """

    name: Text | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    percent: Percent | None = None
    group: Text | None = None
    hosts: Many[HostName] | None = None
    rest: bool | None = None
    objective: Text | None = None
    entry: Many[Check] = ()
    acceptance: Many[Check] = ()
    gate: Gate | None = None
    failure_limit: HostLimit | None = None

    @model_validator(mode="after")
    def _one_selector(self) -> "WaveSpec":
        given = [self.count, self.percent, self.group, self.hosts, self.rest]
        if sum(value is not None for value in given) != 1 or self.rest is False:
            raise ValueError("exactly one of count, percent, group, hosts, rest")
        if self.hosts == ():
            raise ValueError("at least one host")
        return self


def wave_of(value: Any) -> Any:
    """A WaveSpec from its short forms: `1`, `25%`, `rest`, or the name of a group."""
    if isinstance(value, bool):
        raise ValueError("a count, a percentage, `rest`, a group, or a mapping")
    if isinstance(value, int):
        return {"count": value}
    if isinstance(value, str):
        percent = _number_before_percent(value)
        if percent is not None:
            return {"percent": percent}
        return {"rest": True} if value == "rest" else {"group": value}
    return value


PlannedWave = Annotated[WaveSpec, BeforeValidator(wave_of)]


class Wave(Noun):
    """A wave with its hosts resolved. The pilot is wave 0."""

    number: Annotated[int, Field(ge=0)]
    name: str
    hosts: Many[HostName]
    objective: str | None = None
    entry: Many[Check] = ()
    acceptance: Many[Check] = ()
    gate: Gate = Gate()
    failure_limit: Limit = Limit(count=0)
