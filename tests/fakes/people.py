"""What lets people in, in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.engine.people_ports import (
    KEPT_REFUSALS,
    KEPT_TRIES,
    Mark,
    MarkKind,
    PeopleStore,
    RefusalSeen,
)


class FakePeople(PeopleStore):
    """Keeps all in dictionaries and lists."""

    def __init__(self) -> None:
        self._passwords: dict[str, str] = {}
        self._marks: dict[str, Mark] = {}
        self._tries: list[LoginTry] = []
        self._refusals: list[RefusalSeen] = []

    def password(self, login: str) -> str | None:
        return self._passwords.get(login)

    def keep_password(self, login: str, digest: str | None) -> None:
        self._passwords.pop(login, None)
        if digest is not None:
            self._passwords[login] = digest

    def mark(self, digest: str, kind: MarkKind) -> Mark | None:
        mark = self._marks.get(digest)
        return mark if mark is not None and mark.kind == kind else None

    def marks(self, kind: MarkKind, login: str) -> Sequence[Mark]:
        own = (mark for mark in self._marks.values() if mark.login == login and mark.kind == kind)
        return sorted(own, key=lambda mark: mark.at, reverse=True)

    def add(self, mark: Mark) -> None:
        self._marks[mark.digest] = mark

    def touch(self, digest: str, at: datetime) -> None:
        if digest in self._marks:
            self._marks[digest] = self._marks[digest]._replace(seen=at)

    def take(self, digest: str, kind: MarkKind) -> Mark | None:
        mark = self.mark(digest, kind)
        return None if mark is None else self._marks.pop(digest)

    def remove_all(self, kind: MarkKind, login: str, *, but: str = "") -> None:
        for mark in self.marks(kind, login):
            if mark.digest != but:
                del self._marks[mark.digest]

    def keep_newest(self, kind: MarkKind, most: int) -> None:
        of_kind = sorted(
            (mark for mark in self._marks.values() if mark.kind == kind),
            key=lambda mark: (-mark.at.timestamp(), mark.digest),
        )
        for mark in of_kind[most:]:
            del self._marks[mark.digest]

    def tries(self, since: datetime) -> Sequence[LoginTry]:
        return [made for made in reversed(self._tries) if made.at >= since][:KEPT_TRIES]

    def note_try(self, made: LoginTry) -> None:
        oldest = made.at - timedelta(days=1)
        self._tries = [*(each for each in self._tries if each.at >= oldest), made]

    def refusals(self, most: int) -> Sequence[RefusalSeen]:
        return self._refusals[::-1][: min(most, KEPT_REFUSALS)]

    def note_refusal(self, refusal: RefusalSeen) -> None:
        self._refusals.append(refusal)

    def sweep(self, now: datetime) -> None:
        self._marks = {digest: mark for digest, mark in self._marks.items() if mark.ends > now}
