"""What stands of one item, from everything that deployments said of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.cmdb.ci import CiStatus
from orchestrator.domain.cmdb.facts import ChangeMade, CiFact, CiOutcome

_STATUSES: Mapping[CiOutcome, CiStatus] = {
    "verified": "verified",
    "as before": "restored",
    "differs": "differs",
    "not known": "not known",
    "removed": "removed",
}
NOTHING_BEFORE = "as it was before, of which nothing is known here"


class Proved(NamedTuple):
    """A fact with the end of a deployment that it is from."""

    fact: CiFact
    deployment: str
    seq: int
    at: datetime
    change: ChangeMade

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Facts in the order of their ends: equal whatever order they were read in."""
        return self.at, self.deployment, self.seq


class Resolved(NamedTuple):
    """The last fact, and the one that says what it is: another where the last says that it is as it was before."""

    last: Proved
    content: Proved | None
    status: CiStatus
    reason: str


def resolved(facts: Sequence[Proved]) -> Resolved:
    """What stands after these facts, of which there is at least one.

    What was put back is what it was when the backed out deployment began, and not what came last: another deployment may
    have been there in between.
    """
    ordered = sorted(facts, key=lambda proved: proved.order, reverse=True)
    last = ordered[0]
    content = _content(ordered)
    status = _STATUSES[last.fact.outcome]
    if content is None:
        return Resolved(last, None, status, last.fact.reason or NOTHING_BEFORE)
    if last is not content and content.fact.outcome != "verified":
        of_then = f"as it was before, which is {content.fact.outcome}"
        return Resolved(last, content, "removed" if content.fact.outcome == "removed" else status, of_then)
    return Resolved(last, content, status, last.fact.reason)


def _content(ordered: Sequence[Proved]) -> Proved | None:
    """The fact that says what the item is: of those that say it is as before, the one that was true at that moment."""
    back: Proved | None = None
    for proved in ordered:
        since = back.fact.since if back is not None else None
        if back is not None and (since is None or proved.at > since or proved.deployment == back.deployment):
            continue
        if proved.fact.outcome != "as before":
            return proved
        back = proved
    return None
