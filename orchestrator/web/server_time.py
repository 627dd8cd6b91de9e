"""Times as pages show and read them: by the clocks of this server, or of the policies that a schedule follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestrator.domain.calendar.local_time import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.domain.rules.release_policy import ReleasePolicy

LOCAL = Path("/etc/localtime")
LONGEST = timedelta(days=800)


@cache
def server_zone() -> ZoneInfo:
    """The zone of this server, by the name that /etc/localtime leads to; UTC where it leads to none that is known."""
    try:
        _, _, name = str(LOCAL.resolve()).partition("zoneinfo/")
    except OSError:
        name = ""
    return zone_of(name.removeprefix("Etc/")) or zone_of(name) or ZoneInfo("UTC")


def zone_of_policies(policies: Iterable[ReleasePolicy]) -> ZoneInfo:
    """The zone of the first window or freeze of these policies, else that of the server."""
    zones = [recurring.zone for policy in policies for recurring in (*policy.windows, *policy.freezes)]
    return ZoneInfo(zones[0]) if zones else server_zone()


def day_given(text: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day such as 2026-11-30 there, in UTC; None for anything else."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    return day.replace(tzinfo=zone).astimezone(UTC) if day.year > 1 else None
