"""Words that wait for a signature, in memory."""

from datetime import datetime
from threading import Lock

from orchestrator.domain.authority.prepared_word import PreparedWord
from orchestrator.engine.prepared_ports import PreparedWords


class FakePreparedWords(PreparedWords):
    """One process alone has them."""

    def __init__(self) -> None:
        self.kept: dict[str, PreparedWord] = {}
        self.marks: dict[str, datetime] = {}
        self._lock = Lock()

    def keep(self, prepared: PreparedWord, now: datetime) -> None:
        self.kept = {number: word for number, word in self.kept.items() if word.until > now}
        self.kept[prepared.number] = prepared

    def take(self, number: str, session: str, now: datetime) -> PreparedWord | None:
        with self._lock:
            word = self.kept.get(number)
            if word is None or word.session != session or word.until <= now:
                return None
            return self.kept.pop(number)

    def first(self, mark: str, until: datetime, now: datetime) -> bool:
        with self._lock:
            self.marks = {name: end for name, end in self.marks.items() if end > now}
            if mark in self.marks:
                return False
            self.marks[mark] = until
            return True
