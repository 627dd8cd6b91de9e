"""Measurements in words: made here only, from the codes and numbers of their events."""

from collections import Counter
from collections.abc import Iterable, Mapping

from orchestrator.domain.journal.events.measuring import Measured, Why
from orchestrator.domain.plan.metric import Metric, ValueConditions
from orchestrator.domain.text.format import counted, seconds_words

WHY_WORDS: Mapping[Why, str] = {
    "condition": "a condition holds",
    "between": "no condition holds",
    "small_sample": "the sample is too small",
    "no_answer": "no answer",
    "no_value": "an answer without a value",
    "many_values": "an answer with more than one value",
    "not_a_number": "a value that is no number",
    "refused": "an answer that refuses",
    "unusable": "it could not be asked",
    "no_control": "no untouched host is left to compare with",
    "control_zero": "the untouched hosts have zero, of which nothing is a multiple",
}

BY_VALUE: frozenset[Why] = frozenset({"condition", "between"})
"""Why the conditions of the plan decided: there was a value."""


def number_words(value: float) -> str:
    """A number in few digits."""
    return f"{value:.4g}" if abs(value) < 1e6 else f"{value:,.0f}"


def measured_words(metric: Metric | None, event: Measured) -> str:
    """One measurement in a sentence; with its metric also what the plan asks for."""
    asked = f"; {_asked_words(metric, event)}" if metric is not None and event.why in BY_VALUE else ""
    return f"{_finding(event)}{asked}"


def exceeded_words(metric: Metric, event: Measured, count: int, limit: int) -> str:
    """Why a limit of a metric is exceeded: the newest such measurement, and how many there were."""
    noun = f"{counted(count, 'measurement')} {event.verdict}, allowed {limit}"
    return f"{measured_words(metric, event)} ({noun})"


def tally_words(tallies: Iterable[tuple[str, str]]) -> str:
    """The measurements of each metric, counted by verdict."""
    by_metric: dict[str, Counter[str]] = {}
    for metric, verdict in tallies:
        by_metric.setdefault(metric, Counter())[verdict] += 1
    return "; ".join(f"{metric}: {_counts(verdicts)}" for metric, verdicts in by_metric.items())


def _counts(verdicts: Mapping[str, int]) -> str:
    nouns = {"success": "successes", "failed": "failed", "inconclusive": "inconclusive"}
    words = [
        f"{verdicts[verdict]} {'success' if (verdict, verdicts[verdict]) == ('success', 1) else noun}"
        for verdict, noun in nouns.items()
        if verdicts.get(verdict)
    ]
    return ", ".join(words)


def metric_line(metric: Metric) -> str:
    """A metric of a plan: where it is measured, how often, and what lets the deployment go on."""
    compare = metric.compare
    of = "" if compare is None else f"the {compare.by} to the hosts not yet touched, "
    failure = (
        f"failure {metric.failure}, else inconclusive" if metric.failure else "anything else is a failure"
    )
    limits = f"up to {metric.failed_limit} failed and {metric.inconclusive_limit} inconclusive"
    count = "1 success" if metric.count == 1 else f"{metric.count} successes"
    return (
        f"{metric.name}: {metric.kind} every {seconds_words(metric.every)}; {of}success {metric.success}, {failure}; "
        f"needs {count}, {limits}{_last_words(metric)}"
    )


def _last_words(metric: Metric) -> str:
    compare = metric.compare
    if compare is None or compare.without_control is None:
        return ""
    if isinstance(compare.without_control, ValueConditions):
        return f"; with no untouched host left, the value itself {compare.without_control.success}"
    skipped = compare.without_control == "skip"
    return f"; with no untouched host left, {'not measured' if skipped else 'the last control stands'}"


def _finding(event: Measured) -> str:
    if event.why == "small_sample":
        sample = event.sample if event.side == "deployed" else event.control_sample
        words = "nothing" if sample is None else number_words(sample)
        return f"{event.metric}: {_whose(event)} rest on a sample of {words}, which is too small"
    if event.why == "no_control":
        return f"{event.metric}: {WHY_WORDS['no_control']}"
    if event.why not in BY_VALUE:
        detail = f" ({event.detail})" if event.detail else ""
        return f"{event.metric} of {_whose(event)}: {WHY_WORDS[event.why]}{detail}"
    return _comparison(event) or f"{event.metric} of {_deployed(event)} is {number_words(event.value or 0.0)}"


def _comparison(event: Measured) -> str | None:
    if event.compared is None or event.value is None or event.control is None:
        return None
    values = f"{number_words(event.value)} to {number_words(event.control)}"
    than = (
        "that of the untouched hosts when they were last measured"
        if event.earlier_control
        else _untouched(event)
    )
    if event.by == "ratio":
        return (
            f"{event.metric} of {_deployed(event)} is {number_words(event.compared)} times {than} ({values})"
        )
    more = "above" if event.compared >= 0 else "below"
    return f"{event.metric} of {_deployed(event)} is {number_words(abs(event.compared))} {more} {than} ({values})"


def _deployed(event: Measured) -> str:
    return f"the {counted(event.deployed, 'new host')}"


def _untouched(event: Measured) -> str:
    return f"that of the {counted(event.untouched, 'host')} not yet touched"


def _whose(event: Measured) -> str:
    if event.side == "deployed":
        return _deployed(event)
    return f"the {counted(event.untouched, 'host')} not yet touched"


def _asked_words(metric: Metric, event: Measured) -> str:
    conditions = metric.compare.without_control if event.alone and metric.compare is not None else metric
    if not isinstance(conditions, ValueConditions | Metric):
        conditions = metric
    failure = f", failure {conditions.failure}" if conditions.failure else ""
    return f"success is {conditions.success}{failure}"
