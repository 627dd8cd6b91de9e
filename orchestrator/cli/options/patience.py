"""`--wait` and `--at-most`: whether a command waits for what is not there yet, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from orchestrator.errors import UsageFault

LONGEST = 7 * 86400.0
"""A week: whoever waits for longer than that wants the schedule (docs/schedule.md)."""


def patience_options(waits_for: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--wait` and `--at-most`, as one parameter `patience`: seconds, or None where nothing is waited for."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        at_most = click.option(
            "--at-most", default="1h", show_default=True, metavar="TIME", help="How long --wait waits."
        )
        return click.option("--wait", is_flag=True, help=f"Wait {waits_for}.")(at_most(command))

    return add


def patience_of(*, wait: bool, at_most: str) -> float | None:
    """Seconds to wait; None without `--wait`. Raises UsageFault."""
    from orchestrator.domain.text.model_base import seconds_of
    from orchestrator.domain.text.plain_text import plain

    try:
        seconds = float(seconds_of(at_most))
    except ValueError as expected:
        raise UsageFault(f"--at-most: expected {expected}, found {plain(at_most, 40)!r}.") from None
    if not 0 < seconds <= LONGEST:
        raise UsageFault("--at-most: expected more than nothing, and a week at most.")
    return seconds if wait else None
