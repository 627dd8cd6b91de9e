"""Which machines answered a run's tasks, over which connection and as whom, as orch's own accelerator hears it from hosts.

A connection that led to a verified host may lead to another machine later: an address that moved, a proxy that leads elsewhere.
Each session says its machine once, and a task is refused before anything of it is sent to another one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

Session = tuple[str, str, str, str, str]
"""For whom a task acts, the place (`address:port`), the machine-id, the id of its boot, and the user of the login."""


class Machines:
    """The machine-id that each host of the deployment had, which of them are the run's own, and where these are expected."""

    def __init__(self, of_hosts: Mapping[str, str], own: Iterable[str], places: Mapping[str, str]) -> None:
        self._of_hosts, self._own, self._places = dict(of_hosts), frozenset(own), dict(places)

    def refuse_another(self, session: Session, accepted: Container[str]) -> None:
        """Raise AnsibleError where another machine than before answers at the place of a host.

        `accepted`: the run's own hosts that accepted it. The fence judges the others: it refuses in the host's own words.
        A place that is not the host's is judged by where it is (orch_evidence.py): a plan can allow it.
        """
        acting, place, machine = session[:3]
        expected = self._of_hosts.get(acting)
        if expected is None or machine == expected:
            return
        if acting in self._own and acting not in accepted:
            return
        if self._places.get(acting, place) != place:
            return
        which = f"machine {machine}" if machine else "a machine that does not say which one it is"
        raise AnsibleError(
            f"orch refuses {place}: {which} answers there, and {acting} was machine {expected} when its baseline was captured. "
            "Nothing of this task was sent."
        )


def session_of(acting: str, place: str, hello: Any) -> Session:
    """What the first word of a host says of its session."""
    return acting, place, str(hello.machine), str(hello.boot), str(hello.user)


class Report:
    """The sessions of a run by number, each told once, when a task is first answered over it."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def of_task(
        self, sessions: Iterable[Iterable[str]], places: Any
    ) -> tuple[list[int], list[dict[str, Any]]]:
        """The numbers of a task's sessions, and the events of those that are new; `places`: where hosts are expected."""
        numbers, fresh = [], []
        for acting, place, machine, boot, user in sessions:
            where = acting if places.expected_at(acting) == place else places.name_of(place)
            session = (acting, where, place, machine, boot, user)
            if session not in self._numbers:
                self._numbers[session] = len(self._numbers)
                fields = ("acting", "where", "place", "machine", "boot", "user")
                fresh.append({"session": self._numbers[session], **dict(zip(fields, session, strict=True))})
            numbers.append(self._numbers[session])
        return numbers, fresh
