"""Options for moments and zones of the schedule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
from pydantic_core import PydanticCustomError

from orchestrator.domain.calendar.local_time import zone_of
from orchestrator.domain.calendar.time_input import words_of, written_moment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LONGEST = timedelta(days=800)

zone_option = click.option(
    "--zone",
    metavar="ZONE",
    help="The time zone of the times given and shown [default: that of the policies, else UTC].",
)
from_option = click.option(
    "--from", "begins", metavar="TIME", help="The start of the range, a moment or a day."
)
to_option = click.option("--to", "ends", metavar="TIME", help="The end of the range, a moment or a day.")


def moment_of_option(text: str, now: datetime, zone: str | None, option: str) -> datetime:
    """Read a moment from an option; a day means its first moment. Raises UsageFault."""
    try:
        return written_moment(f"{text}T00:00" if _DATE.fullmatch(text) else text, now, zone)
    except PydanticCustomError as wrong:
        raise UsageFault(f"{option}: {plain(words_of(wrong), 400)}.") from None


def zone_given(name: str | None, policies: Iterable[ReleasePolicy] = ()) -> ZoneInfo:
    """The zone of this name, else that of the first window or freeze of the policies, else UTC. Raises UsageFault."""
    if name is not None:
        zone = zone_of(name)
        if zone is None:
            raise UsageFault(
                f"--zone: there is no time zone {plain(name, 80)}; write for example Europe/Berlin."
            )
        return zone
    zones = [recurring.zone for policy in policies for recurring in (*policy.windows, *policy.freezes)]
    return ZoneInfo(zones[0]) if zones else ZoneInfo("UTC")


def range_given(
    begins: str | None, ends: str | None, now: datetime, usual: tuple[timedelta, timedelta], zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Read the range; `usual` is the default, as time before and after now. Raises UsageFault."""
    before, after = usual
    first = now - before if begins is None else moment_of_option(begins, now, zone.key, "--from")
    last = max(now, first) + after if ends is None else moment_of_option(ends, now, zone.key, "--to")
    if not first < last <= first + LONGEST:
        raise UsageFault(
            f"--from and --to: expected a --to after --from, at most {LONGEST.days} days, "
            f"found {first.isoformat(timespec='minutes')} to {last.isoformat(timespec='minutes')}; correct one of them."
        )
    return first, last
