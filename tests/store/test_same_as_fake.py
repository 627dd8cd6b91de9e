"""Any history of appends gives the same with the real journal and with the fake one."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import HOUSE, Event
from orchestrator.engine.ports import DriverClaim, Journal
from orchestrator.errors import Conflict
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.store.every_event import EVERY_EVENT

T = TypeVar("T")
NAMES = st.sampled_from(["a", "b-2", "C.3", HOUSE])
EVENTS = st.lists(st.sampled_from(EVERY_EVENT), max_size=3)


class TwoJournals(RuleBasedStateMachine):
    """What is done to one is done to the other; the real one is opened anew now and then."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = Path(tempfile.mkdtemp())
        self._clock = FakeClock()
        self._fake = FakeJournal(self._clock)
        self._real = SqlJournal(self._directory, self._clock)
        self._claims: dict[str, tuple[DriverClaim, DriverClaim]] = {}

    def both(self, act: Callable[[Journal], T]) -> tuple[T | str, T | str]:
        return answer_of(act, self._fake), answer_of(act, self._real)

    @rule(name=NAMES, events=EVENTS, off=st.sampled_from([0, 0, 0, 1, -1]))
    def append(self, name: str, events: list[Event], off: int) -> None:
        expected = len(self._fake.read(name)) + off
        faked, other = self.both(lambda journal: journal.append(name, expected, events))
        assert faked == other

    @rule(name=NAMES, after=st.integers(0, 5))
    def read(self, name: str, after: int) -> None:
        faked, other = self.both(lambda journal: journal.read(name, after))
        assert faked == other

    @rule(seconds=st.floats(0.0, 1e6))
    def time_passes(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    @rule()
    def open_anew(self) -> None:
        self._real.close()
        self._real = SqlJournal(self._directory, self._clock)

    @rule(name=NAMES)
    def claim(self, name: str) -> None:
        faked, other = self.both(lambda journal: journal.drive_alone(name))
        assert isinstance(faked, str) == isinstance(other, str) == (name in self._claims)
        if isinstance(faked, DriverClaim) and isinstance(other, DriverClaim):
            self._claims[name] = (faked, other)

    @rule(name=NAMES)
    def give_back(self, name: str) -> None:
        for claim in self._claims.pop(name, ()):
            with claim:
                pass

    @invariant()
    def the_same_deployments(self) -> None:
        assert self._fake.deployments() == self._real.deployments()

    def teardown(self) -> None:
        for name in list(self._claims):
            self.give_back(name)
        self._real.close()
        shutil.rmtree(self._directory)


def answer_of(act: Callable[[Journal], T], journal: Journal) -> T | str:
    """What the journal answers; a conflict as the word, for its text is each journal's own."""
    try:
        return act(journal)
    except Conflict:
        return "conflict"


TestTwoJournals = TwoJournals.TestCase
TestTwoJournals.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
