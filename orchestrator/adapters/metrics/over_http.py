"""The two sources that are asked over HTTP: Prometheus' query API, and any JSON document."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from orchestrator.adapters.handed_functions import Get, HttpAnswer
from orchestrator.adapters.metrics.hosts import as_pattern, as_url
from orchestrator.adapters.metrics.numbers import SHOWN, at_pointer, parsed, reading_of, with_sample
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.metric import HttpSource, JsonSource, PrometheusSource
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

_GOOD = range(200, 300)


def json_number(
    source: JsonSource, targets: Sequence[Target], sample: str | None, timeout: float, get: Get, project: Path
) -> Reading:
    """The number at the pointer of the source, and its sample at another one of the same document."""
    answer = get(_asked(source, as_url(source.url, targets), timeout), project)
    document = _document(answer)
    value = at_pointer(document, source.value)
    reading = with_sample(value, None if sample is None else at_pointer(document, sample))
    return reading._replace(detail=answer.redact(reading.detail))


def prometheus_number(
    source: PrometheusSource,
    targets: Sequence[Target],
    sample: str | None,
    timeout: float,
    get: Get,
    project: Path,
) -> Reading:
    """The number of an instant query (Prometheus' HTTP API, /api/v1/query), and that of the sample's query."""

    def asked(query: str) -> Reading:
        words = urlencode({"query": as_pattern(query, targets, source.instance), "timeout": f"{timeout:g}s"})
        answer = get(_asked(source, f"{source.url.rstrip('/')}/api/v1/query?{words}", timeout), project)
        reading = _result(_document(answer, errors_too=True))
        return reading._replace(detail=answer.redact(reading.detail))

    value = asked(source.query)
    return value if sample is None or value.trouble else with_sample(value, asked(sample))


def _asked(source: HttpSource, url: str, timeout: float) -> HttpCheck:
    return HttpCheck(
        url=url,
        timeout=timeout,
        headers=dict(source.headers),
        basic_auth=source.basic_auth,
        bearer=source.bearer,
        ca_file=source.ca_file,
    )


def _document(answer: HttpAnswer, *, errors_too: bool = False) -> Any:
    """The JSON of an answer, or a Reading with the trouble. Prometheus says in JSON why it refuses."""
    if answer.fault:
        return Reading(trouble="no_answer", detail=plain(answer.fault.removeprefix("no answer: "), SHOWN))
    document = parsed(answer.body)
    if answer.status in _GOOD or (errors_too and isinstance(document, Mapping) and "error" in document):
        return document
    return Reading(trouble="refused", detail=f"status {answer.status}")


def _result(document: Any) -> Reading:
    """The only number in the answer of the query API."""
    if isinstance(document, Reading):
        return document
    if not isinstance(document, Mapping) or document.get("status") != "success":
        error = document.get("error") if isinstance(document, Mapping) else None
        return Reading(trouble="refused", detail=plain(str(error or "no answer of Prometheus"), SHOWN))
    data = document.get("data")
    kind, result = (data.get("resultType"), data.get("result")) if isinstance(data, Mapping) else (None, None)
    if not isinstance(result, list):
        return Reading(trouble="no_value")
    if kind == "scalar":
        return reading_of(result[-1] if result else None)
    if kind != "vector":
        return Reading(trouble="not_a_number", detail=plain(f"a {kind}, where a number is expected", SHOWN))
    return _of_vector(result)


def _of_vector(result: list[Any]) -> Reading:
    if len(result) > 1:
        return Reading(
            trouble="many_values", detail=f"{len(result)} series; aggregate them, with sum for example"
        )
    pair = result[0].get("value") if result and isinstance(result[0], Mapping) else None
    return reading_of(pair[-1] if isinstance(pair, list) and pair else None)
