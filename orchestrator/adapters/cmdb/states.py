"""What is written into the fields of a CMDB outside: short plain text."""

from orchestrator.domain.cmdb.outside import HostState
from orchestrator.domain.text.plain_text import plain

LONGEST = 250


def status_text(state: HostState) -> str:
    """Such as `verified`, or `not known: left out after it was touched`."""
    host = state.host
    return plain(f"{host.status}: {host.reason}" if host.reason else host.status, LONGEST)


def release_text(state: HostState) -> str:
    """Such as `shop-web 2.4.0, shop-db (not known)`."""
    units = (f"{unit.name} {unit.value('version') or f'({unit.status})'}" for unit in state.units)
    return plain(", ".join(units), LONGEST)


def proved_text(state: HostState) -> str:
    """When and by which deployment."""
    change = state.host.changes[0] if state.host.changes else None
    return "" if change is None else f"{change.at:%Y-%m-%d %H:%M} UTC by {change.deployment}"
