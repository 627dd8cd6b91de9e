"""Metrics of a gate: what is measured while it is open, where, how often, and which values let the deployment go on.

`{hosts}` and `{addresses}` in a query, a URL or an argument stand for the hosts that are asked about: those that are
deployed, or, for a comparison, those not yet touched. Each source writes them in its own safe form.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.domain.plan.condition import ConditionText, overlap
from orchestrator.domain.plan.http_fields import (
    CredentialFile,
    HeaderName,
    HeaderValue,
    files_of,
    one_authorization,
    without_password,
    without_secrets,
)
from orchestrator.domain.plan.resources import EnvironmentName
from orchestrator.domain.text.model_base import AtLeastOneText, Many, Noun, PositiveSeconds, Text
from orchestrator.domain.text.names import ReadableText, is_among
from orchestrator.domain.text.validation_error import wrong

PLACEHOLDERS = ("{hosts}", "{addresses}")
Kind = Literal["prometheus", "http", "command", "sql"]
KINDS: tuple[Kind, ...] = ("prometheus", "http", "command", "sql")
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
Pointer = Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)*$", max_length=500)]
"""A JSON pointer (RFC 6901); the empty one is the whole document."""


class HttpSource(Noun):
    """Where a source is asked over HTTP; headers, credentials and authority are as those of an http check."""

    url: Annotated[str, Field(pattern=r"^https?://"), AfterValidator(without_password)]
    headers: Annotated[dict[HeaderName, HeaderValue], AfterValidator(without_secrets)] = {}
    basic_auth: CredentialFile | None = None
    bearer: CredentialFile | None = None
    ca_file: Text | None = None

    @model_validator(mode="after")
    def _one_authorization(self) -> Self:
        one_authorization(self.basic_auth, self.bearer)
        return self

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that it needs, by field."""
        return files_of(self.basic_auth, self.bearer, self.ca_file)


class PrometheusSource(HttpSource):
    """An instant query of a Prometheus server; its answer is one number: a scalar, or a vector with one element.

    `instance` is how the server labels a host, such as `{address}:9100`; `{hosts}` in the query becomes a regular
    expression that matches exactly these labels.
    """

    query: Text
    instance: Text = "{host}"


class JsonSource(HttpSource):
    """A number in the JSON that a URL answers with, at `value`, a JSON pointer."""

    value: Pointer = ""


class CommandSource(Noun):
    """A program on this machine, run without a shell in the project; it prints a number, or JSON with one at `value`."""

    run: AtLeastOneText
    value: Pointer = ""


class Dsn(Noun):
    """Where the address of a database is: in a file of this machine, or in a variable that the plan passes; kept nowhere."""

    file: Text | None = None
    variable: EnvironmentName | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.file is None) == (self.variable is None):
            raise wrong("either `file` or `variable`", "say in one way where the address is")
        return self


class SqlSource(Noun):
    """A query that returns one number, read only: `sqlite:///PATH` or `postgresql://...`. `{hosts}` is bound to parameters."""

    dsn: Dsn
    query: Text

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that it needs, by field."""
        return {} if self.dsn.file is None else {"dsn.file": self.dsn.file}


Source = PrometheusSource | JsonSource | CommandSource | SqlSource


class ValueConditions(Noun):
    """Conditions on the value itself, for a gate at which nothing is left to compare with."""

    success: ConditionText
    failure: ConditionText | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _kept_apart(self.success, self.failure)
        return self


WithoutControl = Literal["skip", "last_control"] | ValueConditions


class Compare(Noun):
    """The metric is asked twice at the same time: for the deployed hosts and for those not yet touched.

    The conditions are on the *ratio* of the two, or on their *difference*. Fewer than `minimum_sample` on either side is
    inconclusive. `without_control` is for a gate behind which no untouched host is left: *skip* it there, compare with the
    *last_control* that was measured, or judge the value itself.
    """

    by: Literal["ratio", "difference"] = "ratio"
    minimum_sample: Annotated[float, Field(ge=0)] | None = None
    without_control: WithoutControl | None = None


def compare_of(value: Any) -> Any:
    """A comparison from its short forms `ratio` and `difference`."""
    return {"by": value} if isinstance(value, str) else value


class Metric(Noun):
    """One metric of a gate: one source, and conditions on its number.

    A value for which `failure` holds is a failure, one for which `success` holds a success, any other is inconclusive;
    without `failure` whatever is no success is one. No answer, no value or no number is always inconclusive. `count`
    successes are needed; more than `failed_limit` failures reject the wave, more than `inconclusive_limit` inconclusive
    measurements hold the deployment for a person.
    """

    name: ReadableText
    prometheus: PrometheusSource | None = None
    http: JsonSource | None = None
    command: CommandSource | None = None
    sql: SqlSource | None = None
    every: PositiveSeconds = 30.0
    timeout: PositiveSeconds = 10.0
    success: ConditionText
    failure: ConditionText | None = None
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    failed_limit: Annotated[int, Field(ge=0, le=10_000)] = 0
    inconclusive_limit: Annotated[int, Field(ge=0, le=10_000)] = 0
    sample: Text | None = None
    compare: Annotated[
        Compare | None,
        BeforeValidator(compare_of, json_schema_input_type=Literal["ratio", "difference"] | Compare | None),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sources = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(sources) != 1:
            finding = " and ".join(f"`{kind}`" for kind in sources) or "none"
            raise wrong(f"one of {', '.join(KINDS)}", "say in one way where it is measured", finding=finding)
        _kept_apart(self.success, self.failure)
        _pointed_at(self)
        if self.compare is not None:
            _comparable(self, self.compare)
        return self

    @property
    def kind(self) -> Kind:
        """The kind of its source."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def source(self) -> Source:
        """Its source."""
        return next(each for each in (self.prometheus, self.http, self.command, self.sql) if each is not None)

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that its source needs, by field."""
        source = self.source
        return {} if isinstance(source, CommandSource) else source.files


def texts_with_hosts(source: Source) -> Many[Text]:
    """The texts of a source in which hosts may stand."""
    match source:
        case PrometheusSource(query=query) | SqlSource(query=query):
            return (query,)
        case JsonSource(url=url):
            return (url,)
        case CommandSource(run=run):
            return run


def named_apart(metrics: Iterable[Metric]) -> None:
    """Raises where two metrics of one place have the same name: their measurements are counted by it."""
    names: list[str] = []
    for index, metric in enumerate(metrics):
        if is_among(metric.name, names):
            finding = f"a second `{metric.name}`"
            raise wrong(
                "a name of its own",
                "name one of them otherwise",
                finding=finding,
                at=f"metrics[{index}].name",
            )
        names.append(metric.name)


def _kept_apart(success: str, failure: str | None) -> None:
    both = None if failure is None else overlap(success, failure)
    if both is not None:
        raise wrong(
            "a failure that is no success",
            "correct one of the two",
            finding=f"{both:g}, which is both",
            at="failure",
        )


def _pointed_at(metric: Metric) -> None:
    """The sample of a JSON document stands at a pointer of its own; of the others it is a query."""
    if metric.sample is None or metric.kind not in ("http", "command"):
        return
    if not _POINTER.fullmatch(metric.sample) or not metric.sample:
        raise wrong("a JSON pointer such as `/requests`", "write where the sample stands", at="sample")


def _comparable(metric: Metric, compare: Compare) -> None:
    if compare.minimum_sample is not None and metric.sample is None:
        raise wrong(
            "`sample`, which says how many a value rests on",
            "add it, or remove `minimum_sample`",
            finding="none",
            at="sample",
        )
    if not any(name in text for text in texts_with_hosts(metric.source) for name in PLACEHOLDERS):
        raise wrong(
            "`{hosts}` or `{addresses}` in what is asked, for it is asked for two groups of hosts",
            "name the hosts with it",
            finding="neither",
            at=metric.kind,
        )
