"""What a change touches of planned releases, as text."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from orchestrator.domain.text.format import counted
from orchestrator.policy.calendar.impact import Relation, Touch, TouchedRelease
from orchestrator.policy.telling.words.schedule_words import when_words

_MOST_HOSTS = 8
RELATIONS: Mapping[Relation, str] = {
    "ci": "changes the configuration item",
    "unit": "carries the unit",
    "removed": "removes",
    "service": "changes the service",
    "depends_on": "depends on it:",
    "needed_by": "is depended on:",
    "host": "runs on the host",
    "machine": "runs on the machine as",
    "group": "runs on its hosts",
}


def time_words(release: TouchedRelease, zone: ZoneInfo) -> str:
    """When it runs, as far as anybody knows."""
    if release.starts is None:
        return "at no time that anybody has named"
    until = f"to {when_words(release.ends, zone)}" if release.ends else "with no end that anybody knows"
    return f"{when_words(release.starts, zone)} {until}"


def touch_lines(touches: Iterable[Touch]) -> tuple[str, ...]:
    """A line for each changed name and relation; hosts are listed together."""
    whats: dict[tuple[str, Relation], list[str]] = {}
    for touch in touches:
        whats.setdefault((touch.name, touch.relation), []).append(touch.what)
    return tuple(
        f"{name}: it {RELATIONS[relation]} {_listed(listed)}" for (name, relation), listed in whats.items()
    )


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_HOSTS
    return ", ".join(names[:_MOST_HOSTS]) + (f" and {counted(more, 'other')}" if more > 0 else "")
