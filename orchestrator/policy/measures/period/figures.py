"""The kinds of figure in a report. Each holds its number of cases, and none holds a value where there is no case."""

from collections.abc import Iterable
from math import ceil
from statistics import median
from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.text.model_base import Noun

Cases = Annotated[int, Field(ge=0)]
NINE_OF_TEN = 0.9


class Count(Noun):
    """A number of cases."""

    form: Literal["count"] = "count"
    count: Cases


class Share(Noun):
    """`part` cases out of `of`; `share` is None where there are none."""

    form: Literal["share"] = "share"
    part: Cases
    of: Cases
    share: float | None


class Times(Noun):
    """Seconds over `n` cases: the median (of an even number, the mean of the two in the middle) and the 90th percentile.

    `p90` is by nearest rank, so it is one of the cases: nine of ten took no longer. Both are None where there is no case.
    """

    form: Literal["times"] = "times"
    n: Cases
    median: float | None
    p90: float | None


class Rate(Noun):
    """Cases over days, and how many that is a day."""

    form: Literal["rate"] = "rate"
    count: Cases
    days: float
    per_day: float


class Scores(Noun):
    """Answers from 1 to 5 of `n` people: the median (of an even number, the mean of the middle two), None without one."""

    form: Literal["scores"] = "scores"
    n: Cases
    median: float | None


Figure = Annotated[Count | Share | Times | Rate | Scores, Field(discriminator="form")]


def count_of(cases: Iterable[object]) -> Count:
    """How many there are."""
    return Count(count=sum(1 for _ in cases))


def share_of(matching: Iterable[bool]) -> Share:
    """How many of the cases are true."""
    answers = list(matching)
    return Share(
        part=sum(answers), of=len(answers), share=round(sum(answers) / len(answers), 4) if answers else None
    )


def times_of(seconds: Iterable[float]) -> Times:
    """The middle and the slow end of durations."""
    ordered = sorted(seconds)
    if not ordered:
        return Times(n=0, median=None, p90=None)
    slow = ordered[ceil(NINE_OF_TEN * len(ordered)) - 1]
    return Times(n=len(ordered), median=round(median(ordered), 3), p90=round(slow, 3))


def rate_of(cases: Iterable[object], days: float) -> Rate:
    """How many there are a day."""
    count = sum(1 for _ in cases)
    return Rate(count=count, days=round(days, 4), per_day=round(count / days, 4))


def scores_of(scores: Iterable[int]) -> Scores:
    """The middle of answers."""
    given = list(scores)
    return Scores(n=len(given), median=float(median(given)) if given else None)


def nothing_like(figure: Figure, *, of: int) -> Figure:
    """The figure of the same kind for no case: of a share, no case out of `of`."""
    match figure:
        case Count():
            return Count(count=0)
        case Share():
            return share_of([False] * of)
        case Times():
            return times_of([])
        case Rate(days=days):
            return rate_of([], days)
        case Scores():
            return scores_of([])
