"""Waves: the phases in which a deployment reaches its hosts, each with objectives, entry and exit criteria (TR 20000-5, 7)."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.metric import Metric, named_apart
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import HostName, Many, Name, Noun, PositiveSeconds, Seconds, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import exactly, wrong

Percent = Annotated[float, Field(gt=0, le=100)]
GroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")]
LimitText = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^(100(\.0{1,6})?|0?[0-9]{1,2}(\.[0-9]{1,6})?)%$"})
]
PercentText = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": r"^(?!0+(\.0+)?%)(100(\.0{1,6})?|0?[0-9]{1,2}(\.[0-9]{1,6})?)%$"}
    ),
]

_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?%")


AtLeastOneHost = Annotated[tuple[HostName, ...], Field(strict=False, min_length=1)]


class Limit(Noun):
    """How many hosts may be down, as a count or as a percentage; written `2` or `10%`."""

    count: Annotated[int, Field(ge=0)] | None = None
    percent: Annotated[float, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Limit":
        if (self.count is None) == (self.percent is None):
            raise wrong("either count or percent", "keep one of them")
        return self

    def hosts_of(self, total: int) -> int:
        """The number of hosts that may be down out of `total`; a percentage is rounded down."""
        if self.count is not None:
            return self.count
        return int(total * (self.percent or 0) / 100)


def _number_before_percent(value: str) -> float | None:
    return float(value[:-1]) if _PERCENT.fullmatch(value) else None


def limit_of(value: Any) -> Any:
    """A Limit from `2` or `10%`."""
    if isinstance(value, dict):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return {"count": value}
    percent = _number_before_percent(value) if isinstance(value, str) else None
    if percent is None and not isinstance(value, Limit):
        raise wrong("a number of hosts such as 2, or a percentage such as 10%", "write one of these")
    return value if percent is None else {"percent": percent}


HostLimit = Annotated[
    Limit,
    BeforeValidator(limit_of, json_schema_input_type=Annotated[int, Field(ge=0)] | LimitText | Limit),
]


class Gate(Noun):
    """What must pass after a wave before the next: soak time, metrics, and confirmation by a person in this role.

    During soak the acceptance checks of all verified hosts run every `every` seconds, and once more at its end. `metrics`
    are measured too, each at its own interval, until its successes are counted, also when the soak is over.
    """

    soak: Seconds = 0.0
    every: PositiveSeconds = 15.0
    confirm: ReadableText | None = None
    metrics: Annotated[Many[Metric], Since("0.2")] = ()

    @model_validator(mode="after")
    def _named_apart(self) -> "Gate":
        named_apart(self.metrics)
        return self

    @property
    def lasts(self) -> float:
        """Seconds that it lasts at least: its soak, or what its metrics need for their successes."""
        return max([self.soak, *(metric.every * metric.count for metric in self.metrics)])


class WaveSpec(Noun):
    """A wave as the plan declares it: exactly one of count, percent, group, hosts or rest; written `1`, `25%`, `rest`, `GROUP`.

    Percentages are of all hosts of the deployment, rounded up. `entry` must hold on the wave's hosts before they are
    touched; `acceptance` is verified afterwards, in addition to the plan's own checks.
    """

    name: Text | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    percent: Percent | None = None
    group: GroupName | None = None
    hosts: AtLeastOneHost | None = None
    rest: Annotated[Literal[True], exactly(only=True)] | None = None
    objective: Text | None = None
    entry: Many[Check] = ()
    acceptance: Many[Check] = ()
    gate: Gate | None = None
    failure_limit: HostLimit | None = None

    @model_validator(mode="after")
    def _one_selector(self) -> "WaveSpec":
        given = [self.count, self.percent, self.group, self.hosts, self.rest]
        if sum(value is not None for value in given) != 1:
            raise wrong(
                "one of count, percent, group, hosts, rest", "say in one way which hosts the wave has"
            )
        return self


def wave_of(value: Any) -> Any:
    """A WaveSpec from its short forms: `1`, `25%`, `rest`, or the name of a group."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"count": value}
    if isinstance(value, str) and _PERCENT.fullmatch(value):
        return {"percent": _number_before_percent(value)}
    if isinstance(value, str) and _GROUP.fullmatch(value):
        return {"rest": True} if value == "rest" else {"group": value}
    if not isinstance(value, (dict, WaveSpec)):
        raise wrong(
            "a wave: a count, a percentage, `rest`, a group, or a mapping", "write for example 2, 25% or rest"
        )
    return value


PlannedWave = Annotated[
    WaveSpec,
    BeforeValidator(
        wave_of,
        json_schema_input_type=Annotated[int, Field(ge=1)]
        | PercentText
        | Literal["rest"]
        | GroupName
        | WaveSpec,
    ),
]


class Wave(Noun):
    """A wave with its hosts resolved. Waves are numbered from 0, over all stages; `stage` is the name of its stage, if any."""

    number: Annotated[int, Field(ge=0)]
    name: str
    hosts: Many[HostName]
    objective: str | None = None
    entry: Many[Check] = ()
    acceptance: Many[Check] = ()
    gate: Gate = Gate.of_valid()
    failure_limit: Limit = Limit.of_valid(count=0)
    stage: Name | None = None
