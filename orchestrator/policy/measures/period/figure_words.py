"""Figures in words, with their number of cases, and what became of them since the period before."""

from math import floor

from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.policy.measures.period.figures import Count, Figure, Rate, Scores, Share, Times

NOTHING = "no case"


def figure_words(figure: Figure) -> str:
    """A figure such as `3`, `9 of 12 (75 %)`, `median 4 min, 90 % within 9 min (n = 7)`, or `no case`."""
    match figure:
        case Count(count=count):
            return f"{count:,}"
        case Share():
            return _share(figure)
        case Times():
            return _times(figure)
        case Scores():
            return _scores(figure)
        case Rate(count=count, days=days, per_day=per_day):
            return f"{per_day:.2f} a day ({count:,} in {days:g} {'day' if days == 1 else 'days'})"


def long_words(seconds: float) -> str:
    """A duration; of two days and more with its hours, since `within 3 days` is not true of three and a half."""
    hours = round(seconds / 3600)
    if hours < 48:
        return seconds_words(round(seconds, 1))
    return f"{hours // 24} days {hours % 24} h".replace(" 0 h", "")


def _share(figure: Share) -> str:
    if figure.share is None:
        return NOTHING
    words = f"{figure.part:,} of {figure.of:,}"
    # A percentage of one case would look like much more than is known.
    return words if figure.of == 1 else f"{words} ({_percent(figure)})"


def _percent(figure: Share) -> str:
    """Rounded, but never to all or none where that is not so."""
    percent = 100 * figure.part / figure.of
    if 0 < percent < 1:
        return "under 1 %"
    if 99 < percent < 100:
        return "over 99 %"
    return f"{_rounded(percent)} %"


def _rounded(percent: float) -> int:
    """Halves go up, as people do it by hand."""
    return floor(percent + 0.5)


def _times(figure: Times) -> str:
    if figure.median is None or figure.p90 is None:
        return NOTHING
    if figure.n == 1:
        return f"{long_words(figure.median)} (n = 1)"
    slow = long_words(figure.p90)
    return f"median {long_words(figure.median)}, 90 % within {slow} (n = {figure.n:,})"


def _scores(figure: Scores) -> str:
    if figure.median is None:
        return NOTHING
    middle = "" if figure.n == 1 else "median "
    return f"{middle}{figure.median:g} of 5 (n = {figure.n:,})"


def trend_words(now: Figure, before: Figure) -> str:
    """The change since the period before, where both have cases (shares: more than one each); else empty."""
    match now, before:
        case Count(count=a), Count(count=b):
            return f"{a - b:+,}" if a != b else "same"
        case Share(of=1), Share():
            return ""
        case Share(), Share(of=1):
            return ""
        case Share(part=a, of=of), Share(part=b, of=of_before) if of and of_before:
            points = _rounded(100 * a / of) - _rounded(100 * b / of_before)
            return f"{points:+d} points" if points else "same"
        case Times(median=float() as a), Times(median=float() as b):
            sign = "+" if a > b else "-"
            return f"{sign}{long_words(abs(a - b))}" if round(a - b, 1) else "same"
        case Scores(median=float() as a), Scores(median=float() as b):
            return f"{a - b:+g}" if a != b else "same"
        case Rate(per_day=a), Rate(per_day=b):
            return f"{a - b:+.2f}" if round(a - b, 2) else "same"
    return ""


def cases_of(figure: Figure) -> int:
    """The number of cases that a figure is of."""
    match figure:
        case Count(count=count) | Rate(count=count):
            return count
        case Share(of=of):
            return of
        case Times(n=n) | Scores(n=n):
            return n


def deployments_words(count: int) -> str:
    """How many deployments a report is about."""
    return counted(count, "deployment") if count else "no deployment"
