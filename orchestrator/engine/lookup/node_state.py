"""How a node stands, in words: for lists of people and programs alike."""

from orchestrator.engine.node_ports import NodeSeen

SILENT = 60.0
"""Seconds after which a node that was not heard of is called silent."""


def node_state(seen: NodeSeen) -> str:
    """Removed, never heard of, silent, draining or at work, and when it was heard of."""
    if seen.node.gone:
        return "removed"
    if seen.silent is None:
        return "never heard of"
    state = "silent" if seen.silent > SILENT else "draining" if seen.node.draining else "at work"
    return f"{state}, heard of {seen.silent:.0f} s ago"
