"""For how long a connection to PostgreSQL waits for a server that vanished, whichever library makes it."""

from collections.abc import Container

_WAITS = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Seconds, and milliseconds: a server that vanished is noticed. A Unix socket has none."""


def waits_beside(named: Container[str]) -> dict[str, int]:
    """The settings of a connection, but for those that its URL names."""
    return {name: value for name, value in _WAITS.items() if name not in named}
