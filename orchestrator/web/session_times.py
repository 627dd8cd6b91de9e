"""When a session is over (OWASP Session Management)."""

from datetime import timedelta
from typing import NamedTuple


class SessionTimes(NamedTuple):
    """Without use, and in any case."""

    idle: timedelta = timedelta(hours=2)
    longest: timedelta = timedelta(hours=12)
