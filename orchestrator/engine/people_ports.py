"""The port of what lets people in: digests of passwords, sessions and tokens, tries to log in, and what was refused.

It is in the store, so that servers which share one know the same sessions. Nobody comes in by what is read here: each secret is
kept as a digest.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.domain.authority.login_try import LoginTry

MarkKind = Literal["session", "token", "device", "invitation", "flow"]
"""What a random secret is for: a login, a program, a browser that logged in before, a first password, a login under way."""


class Mark(NamedTuple):
    """What is known of a random secret that a browser or a program has; `digest` is its SHA-256, `body` JSON."""

    digest: str
    kind: MarkKind
    login: str
    at: datetime
    seen: datetime
    ends: datetime
    body: str = "{}"


class RefusalSeen(NamedTuple):
    """A request that was refused."""

    at: datetime
    login: str
    address: str
    method: str
    path: str
    right: str
    why: str


class PeopleStore(ABC):
    """Everything here may be removed: people log in anew, and set new passwords. Each method raises StoreFault."""

    @abstractmethod
    def password(self, login: str) -> str | None:
        """The digest of this person's password."""

    @abstractmethod
    def keep_password(self, login: str, digest: str | None) -> None:
        """Keep this digest in the place of the earlier one; None: keep none."""

    @abstractmethod
    def mark(self, digest: str, kind: MarkKind) -> Mark | None:
        """The mark of this digest and kind, over or not."""

    @abstractmethod
    def marks(self, kind: MarkKind, login: str) -> Sequence[Mark]:
        """All of this kind that this person has, the newest first."""

    @abstractmethod
    def add(self, mark: Mark) -> None:
        """Keep a new mark."""

    @abstractmethod
    def touch(self, digest: str, at: datetime) -> None:
        """It was seen then; what is not there stays so."""

    @abstractmethod
    def take(self, digest: str, kind: MarkKind) -> Mark | None:
        """Remove it, and return what it was; of several who take it at once, one gets it."""

    @abstractmethod
    def remove_all(self, kind: MarkKind, login: str, *, but: str = "") -> None:
        """Remove all of this kind that this person has, but for that digest."""

    @abstractmethod
    def keep_newest(self, kind: MarkKind, most: int) -> None:
        """Of this kind keep the newest `most`, whosever they are, and remove the others."""

    @abstractmethod
    def tries(self, since: datetime) -> Sequence[LoginTry]:
        """Tries from then on, the newest first; at most 5,000."""

    @abstractmethod
    def note_try(self, made: LoginTry) -> None:
        """Keep a try; those of more than a day before it are removed."""

    @abstractmethod
    def refusals(self, most: int) -> Sequence[RefusalSeen]:
        """The newest that are kept, at most so many, the newest first."""

    @abstractmethod
    def note_refusal(self, refusal: RefusalSeen) -> None:
        """Keep a refusal; of more than 10,000 the oldest go."""

    @abstractmethod
    def sweep(self, now: datetime) -> None:
        """Remove every mark that is over."""


KEPT_TRIES, KEPT_REFUSALS = 5000, 10_000


class NoPeopleStore(PeopleStore):
    """There is no store here: nobody comes in."""

    def password(self, login: str) -> str | None:
        """See the port."""
        return None

    def keep_password(self, login: str, digest: str | None) -> None:
        """See the port."""

    def mark(self, digest: str, kind: MarkKind) -> Mark | None:
        """See the port."""
        return None

    def marks(self, kind: MarkKind, login: str) -> Sequence[Mark]:
        """See the port."""
        return ()

    def add(self, mark: Mark) -> None:
        """See the port."""

    def touch(self, digest: str, at: datetime) -> None:
        """See the port."""

    def take(self, digest: str, kind: MarkKind) -> Mark | None:
        """See the port."""
        return None

    def remove_all(self, kind: MarkKind, login: str, *, but: str = "") -> None:
        """See the port."""

    def keep_newest(self, kind: MarkKind, most: int) -> None:
        """See the port."""

    def tries(self, since: datetime) -> Sequence[LoginTry]:
        """See the port."""
        return ()

    def note_try(self, made: LoginTry) -> None:
        """See the port."""

    def refusals(self, most: int) -> Sequence[RefusalSeen]:
        """See the port."""
        return ()

    def note_refusal(self, refusal: RefusalSeen) -> None:
        """See the port."""

    def sweep(self, now: datetime) -> None:
        """See the port."""


class Account(NamedTuple):
    """Who a provider says has logged in: whose account, with names that may be anything, and the groups."""

    issuer: str
    subject: str
    name: str
    login: str
    groups: tuple[str, ...]


class LoginProvider(ABC):
    """A provider by which people log in: authorization code, with proof of the code (OpenID Connect Core 3.1, RFC 7636)."""

    @abstractmethod
    def question(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """The URL to which a browser goes to log in; it comes back to `back`. Raises MachineLacks where nobody answers."""

    @abstractmethod
    def account(self, back: str, code: str, nonce: str, verifier: str) -> Account:
        """Whose code this is. Raises Refused where anything of the answer does not fit, MachineLacks where nobody answers."""
