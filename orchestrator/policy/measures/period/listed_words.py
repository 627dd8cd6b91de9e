"""A deployment of a period in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.policy.measures.period.listed import ListedDeployment
from orchestrator.policy.measures.period.measure_words import group_words

HEADINGS = ("deployment", "release", "environment", "ended", "result")
NONE_LISTED = "No deployment was open in this period."
ORDER = "In the order in which they were planned, with their first end; rehearsals are in no figure but their own."


def row_of(listed: ListedDeployment, zone: ZoneInfo) -> tuple[str, ...]:
    """Its cells, under the headings."""
    return (
        listed.id,
        f"{listed.release} {listed.version}",
        listed.environment,
        _moment(listed.ended, zone),
        result_words(listed),
    )


def result_words(listed: ListedDeployment) -> str:
    """How it ended and why, such as `backed out: verification`."""
    if listed.end is None:
        return "not over" if listed.begun is not None else "not begun"
    result = listed.end.value
    if listed.rehearsal:
        return f"rehearsal, {'as it must' if listed.as_rehearsed else 'FAILED'} ({result})"
    cause = f": {group_words(listed.cause.removeprefix('refused_'))}" if listed.cause is not None else ""
    later = ", taken back later" if listed.taken_back else ""
    emergency = ", emergency" if listed.change == "emergency" else ""
    return f"{result}{cause}{later}{emergency}"


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at is not None else ""
