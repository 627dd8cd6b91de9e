"""The people of the service, as the journal of the house has them."""

from threading import Lock

from orchestrator.domain.authority.people import NOBODY, People, Person, people_after
from orchestrator.domain.journal.events import HOUSE, PeopleChanged, Recorded
from orchestrator.engine.ports import Journal
from orchestrator.errors import NotFound


class PeopleBook:
    """Who is known now; each look reads only what came since the last one. Several threads may ask at once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._people, self._last = NOBODY, 0
        self._lock = Lock()

    def now(self) -> People:
        """Everybody. Raises StoreFault."""
        return self.numbered()[0]

    def numbered(self) -> tuple[People, int]:
        """Everybody, and the number of the last event of the house. Raises StoreFault."""
        with self._lock:
            for record in self._journal.read(HOUSE, self._last):
                self._people, self._last = _after(self._people, record), record.seq
            return self._people, self._last


def known_people(journal: Journal) -> People:
    """Everybody. Raises StoreFault."""
    return PeopleBook(journal).now()


def person_called(people: People, login: str) -> Person:
    """The person with this login. Raises NotFound."""
    person = people.persons.get(login)
    if person is None:
        raise NotFound(f"There is no {login[:80]!a} here; orch people list shows everybody.")
    return person


def _after(people: People, record: Recorded) -> People:
    event = record.event
    return people_after(people, event.change, record.seq) if isinstance(event, PeopleChanged) else people
