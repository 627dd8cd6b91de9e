"""How a visit logs in beyond its way and its keys: passwords, and whether the login is kept for a run."""

from collections.abc import Callable
from typing import NamedTuple

from orchestrator.adapters.process import KeptLogins
from orchestrator.domain.plan.inspection import BecomeSecret


class Login(NamedTuple):
    """`password`: that of ssh. `become`: the one to become root. `kept`: where the login is kept, for a run that comes soon."""

    become: BecomeSecret | None = None
    kept: KeptLogins | None = None
    password: str | None = None


USUAL_LOGIN = Login()
BecomeOf = Callable[[str], BecomeSecret | None]
"""The password with which a login becomes root on a host, by the host's name."""
PasswordOf = Callable[[str], str | None]
"""The password of ssh for a host."""


class Logins(NamedTuple):
    """Those of all hosts; `kept` has those that a stay hands on."""

    become_of: BecomeOf = lambda _host: None
    kept: KeptLogins | None = None
    password_of: PasswordOf = lambda _host: None

    def of(self, host: str, *, hand_on: bool = False) -> Login:
        """That of a host. It may ask for its passwords, which takes seconds."""
        return Login(self.become_of(host), self.kept if hand_on else None, self.password_of(host))
