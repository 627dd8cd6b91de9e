"""Figures: what they are of no case, of one and of many, and their words."""

from __future__ import annotations

import pytest

from orchestrator.policy.measures.period.figure_words import figure_words, trend_words
from orchestrator.policy.measures.period.figures import Count, Figure, count_of, rate_of, share_of, times_of

HOUR = 3600.0
DAY = 24 * HOUR

WORDS: list[tuple[Figure, str]] = [
    (Count(count=0), "0"),
    (Count(count=1200), "1,200"),
    (share_of([]), "no case"),
    (share_of([True]), "1 of 1"),
    (share_of([False]), "0 of 1"),
    (share_of([True, True, False]), "2 of 3 (67 %)"),
    (share_of([True] + [False] * 7), "1 of 8 (13 %)"),
    (share_of([False] * 4), "0 of 4 (0 %)"),
    (share_of([True] * 4), "4 of 4 (100 %)"),
    (share_of([True] + [False] * 999), "1 of 1,000 (under 1 %)"),
    (share_of([True] * 999 + [False]), "999 of 1,000 (over 99 %)"),
    (times_of([]), "no case"),
    (times_of([90.0]), "1 min 30 s (n = 1)"),
    (times_of([60.0, 120.0]), "median 1 min 30 s, 90 % within 2 min (n = 2)"),
    (times_of([HOUR] * 9 + [9 * HOUR]), "median 1 h, 90 % within 1 h (n = 10)"),
    (times_of([HOUR] * 9 + [9 * HOUR] * 2), "median 1 h, 90 % within 9 h (n = 11)"),
    (times_of([3 * DAY + 15 * HOUR]), "3 days 15 h (n = 1)"),
    (times_of([2 * DAY]), "2 days (n = 1)"),
    (rate_of([], 14.0), "0.00 a day (0 in 14 days)"),
    (rate_of([1], 1.0), "1.00 a day (1 in 1 day)"),
]


@pytest.mark.parametrize(("figure", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_figure_says_its_cases_and_no_more_than_is_known(figure: Figure, words: str) -> None:
    assert figure_words(figure) == words


TRENDS: list[tuple[Figure, Figure, str]] = [
    (Count(count=3), Count(count=5), "-2"),
    (Count(count=3), Count(count=3), "same"),
    (share_of([True, False]), share_of([True, True]), "-50 points"),
    (share_of([True]), share_of([False, True]), ""),
    (share_of([]), share_of([True, True]), ""),
    (share_of([True, True]), share_of([]), ""),
    (times_of([60.0]), times_of([90.0]), "-30 s"),
    (times_of([]), times_of([90.0]), ""),
    (times_of([4 * DAY]), times_of([DAY]), "+3 days"),
    (rate_of([1, 2], 2.0), rate_of([1], 2.0), "+0.50"),
]


@pytest.mark.parametrize(("now", "before", "words"), TRENDS)
def test_a_trend_needs_cases_on_both_sides(now: Figure, before: Figure, words: str) -> None:
    assert trend_words(now, before) == words


def test_the_90th_percentile_is_one_of_the_cases() -> None:
    for n in range(1, 40):
        cases = [float(7 * k) for k in range(1, n + 1)]
        slow = times_of(cases).p90
        assert slow in cases
        assert sum(case <= slow for case in cases) >= 0.9 * n > sum(case < slow for case in cases)


def test_counting_takes_any_cases() -> None:
    assert count_of(iter("abc")) == Count(count=3)
