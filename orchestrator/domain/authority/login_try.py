"""A try to log in, as it is kept for the limits of tries."""

from datetime import datetime
from typing import NamedTuple


class LoginTry(NamedTuple):
    """A try to log in; `name` and `place` are digests, for what is typed there may be a password."""

    at: datetime
    name: str
    place: str
    good: bool
