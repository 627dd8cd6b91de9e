"""The point of no return of a plan, as an outline: which wave could still be undone before the window closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.plan.planned_schedule import OnWindowClose
from orchestrator.policy.authority.time_lines import (
    HEADINGS,
    basis_lines,
    completed_lines,
    completed_title,
    frame_lines,
    time_rows,
    verdict_line,
)
from orchestrator.policy.authority.times_ahead import TimesAhead
from orchestrator.policy.telling.outline import Branch


def times_outline(ahead: TimesAhead, on_close: OnWindowClose, zone: ZoneInfo) -> Branch:
    """When each wave starts, is verified and, if need be, backed out with all before it; and the times behind that."""
    words, loud = verdict_line(ahead, zone)
    return Branch(
        "Point of no return",
        (
            *map(Branch, frame_lines(ahead, on_close, zone)),
            *map(Branch, _table(ahead, zone)),
            *([Branch(words, loud=loud)] if words else []),
            Branch("calculated from", tuple(map(Branch, basis_lines(ahead)))),
            *_completed(ahead),
            *map(Branch, dict.fromkeys(f"times from {line.times.basis}" for line in ahead.times.lines)),
        ),
    )


def times_json(ahead: TimesAhead) -> dict[str, Any]:
    """The times as JSON: moments in UTC, durations in seconds."""
    return {
        "binds": ahead.binds,
        "waits": ahead.waits,
        "against": [str(reason) for reason in ahead.against],
        **ahead.times.model_dump(mode="json"),
        "completed": None if ahead.completed is None else _completed_json(ahead, ahead.completed),
    }


def _completed(ahead: TimesAhead) -> Iterator[Branch]:
    title = completed_title(ahead)
    if title:
        yield Branch(title, tuple(map(Branch, completed_lines(ahead))))


def _completed_json(ahead: TimesAhead, completed: CompletedTimes) -> dict[str, Any]:
    """`waves`: what is expected of this plan's waves by these deployments, without a backout."""
    about = completed.model_dump(mode="json", exclude={"waves"})
    return {**about, "waves": [times.model_dump(mode="json") for times in ahead.forward]}


def _table(ahead: TimesAhead, zone: ZoneInfo) -> Iterator[str]:
    rows = time_rows(ahead, zone)
    if not rows:
        return
    rows = [HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
