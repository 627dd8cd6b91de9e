"""How nodes stand, in words: since when one is silent, what it has, and what waits for a zone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from orchestrator.domain.text.format import seconds_words
from orchestrator.engine.node_ports import NodeSeen, OpenCall, queue_of_node

SILENT = 60.0
"""Seconds after which a node that was not heard of is called silent."""
_MOST = 3


def is_silent(seen: NodeSeen) -> bool:
    """Whether it was not heard of for longer than a node is that works."""
    return seen.silent is None or seen.silent > SILENT


def state_words(seen: NodeSeen) -> str:
    """One word for people and programs, and since when where it is silent."""
    if seen.node.gone:
        return "removed"
    if seen.silent is None:
        return "never heard of"
    if is_silent(seen):
        return f"silent{_since(seen)}"
    return "draining" if seen.node.draining else "at work"


def load_words(seen: NodeSeen, calls: Iterable[OpenCall]) -> str:
    """What it has, and what only it can do; empty where that is nothing."""
    own = [call for call in calls if _is_of(call, seen)]
    return "" if not own or seen.node.gone else f"has {_listed(own)}"


def zone_words(zone: str, nodes: Sequence[NodeSeen], calls: Iterable[OpenCall]) -> str:
    """What waits for a node of the zone, and why none takes it; empty where nothing does."""
    waiting = [call for call in calls if call.zone == zone and not call.taken_by and not call.node]
    if not waiting:
        return ""
    oldest = max(call.age for call in waiting)
    words = "waits" if len(waiting) == 1 else "wait"
    why = _who(zone, nodes) or "a node will take it"
    return f"{_listed(waiting)} {words} for {seconds_words(round(oldest))}: {why}"


def attempt_words(call: OpenCall, nodes: Sequence[NodeSeen]) -> str:
    """Why an attempt of a zone does not go on; empty where a node is at it, or may take it any moment."""
    if not call.taken_by:
        who = _who(call.zone, nodes)
        return f"its run waits for a node of the zone {call.zone}: {who} (orch node list)" if who else ""
    seen = next((each for each in nodes if each.node.party.name == call.taken_by), None)
    if seen is None or seen.node.gone or not is_silent(seen):
        return ""
    return (
        f"its run is at the node {call.taken_by} of {call.zone}, which is silent{_since(seen)}; it goes on when the node is "
        f"back. If its machine is off for good: orch node remove {call.taken_by}"
    )


def _who(zone: str, nodes: Sequence[NodeSeen]) -> str:
    """Why nobody takes the work of a zone; empty where somebody can."""
    there = [seen for seen in nodes if seen.node.zone == zone and not seen.node.gone]
    if not there:
        return "none is enrolled"
    if any(not is_silent(seen) and not seen.node.draining for seen in there):
        return ""
    return ", ".join(f"{seen.node.party.name} is {state_words(seen)}" for seen in there[:_MOST])


def _is_of(call: OpenCall, seen: NodeSeen) -> bool:
    name = seen.node.party.name
    return call.taken_by == name or (not call.taken_by and call.node == queue_of_node(name))


def _listed(calls: Sequence[OpenCall]) -> str:
    attempts = [call.attempt for call in calls if call.attempt]
    questions = len(calls) - len(attempts)
    more = len(attempts) - _MOST
    words = [*attempts[:_MOST], *([f"{more} more runs"] if more > 0 else [])]
    if questions:
        words.append("1 question" if questions == 1 else f"{questions} questions")
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _since(seen: NodeSeen) -> str:
    moment: datetime | None = seen.heard_at
    return "" if moment is None else f" since {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def zones_of(nodes: Iterable[NodeSeen], calls: Iterable[OpenCall]) -> Iterator[str]:
    """Every zone that has a node or work."""
    names = {seen.node.zone for seen in nodes if not seen.node.gone} | {call.zone for call in calls}
    return iter(sorted(names))


def node_fields(nodes: Iterable[NodeSeen], calls: Sequence[OpenCall]) -> list[dict[str, object]]:
    """Each node as lists for programs show it; `silent_seconds`: since it was heard of, None for never."""
    return [
        {
            "kind": "node",
            "zone": seen.node.zone,
            "name": seen.node.party.name,
            "state": state_words(seen),
            "has": load_words(seen, calls),
            "silent_seconds": seen.silent,
            "enrolled_by": seen.node.enrolled_by,
        }
        for seen in nodes
    ]


def waiting_fields(nodes: Sequence[NodeSeen], calls: Sequence[OpenCall]) -> list[dict[str, object]]:
    """What waits for each zone, as lists for programs show it."""
    waiting = {zone: zone_words(zone, nodes, calls) for zone in zones_of(nodes, calls)}
    return [{"kind": "zone", "zone": zone, "waits": words} for zone, words in waiting.items() if words]
