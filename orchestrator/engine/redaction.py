"""What this process knows of vaulted values, and what it may keep of texts from runs and hosts."""

from collections.abc import Callable
from threading import Lock

from orchestrator.domain.plan.inspection import BecomeSecret, Vaulted, redactor_of
from orchestrator.domain.text.redaction import Redactor

NOT_KEPT = "not kept, for the vaulted values are not known"


class Redaction:
    """The vaulted values of every plan that this process has to do with.

    It fails closed: where a deployment's values are not known, none of its texts is kept.
    """

    def __init__(self) -> None:
        self._known: list[Vaulted] = []
        self._redactor = Redactor()
        self._source: Callable[[], Vaulted] | None = None
        self._lock = Lock()

    def learn(self, vaulted: Vaulted) -> None:
        """An inspection found these values; whoever was to be asked for them need not be."""
        if vaulted.unknown is None:
            self._source = None
        if vaulted not in self._known:
            self._known.append(vaulted)
            self._redactor = redactor_of(*self._known)

    def ask(self, source: Callable[[], Vaulted]) -> None:
        """Whom to ask for the values of what is driven now, when its first text comes."""
        self._source = source

    def missing(self) -> str | None:
        """Why nothing may be kept now, in words; None where all values are known. It may ask, which takes seconds."""
        with self._lock:
            if self._source is None:
                return None
            vaulted = self._source()
            self.learn(vaulted)
            return None if vaulted.unknown is None else f"{NOT_KEPT}: {self._redactor(vaulted.unknown)}"

    def become(self, host: str) -> BecomeSecret | None:
        """The password with which orch becomes root on a host; None where it needs none. It may ask, as `missing` does."""
        self.missing()
        return next((each.become[host] for each in reversed(self._known) if host in each.become), None)

    def login(self, host: str) -> str | None:
        """The password of ssh for a host; None where it needs none. It may ask, as `missing` does."""
        self.missing()
        return next((each.logins[host] for each in reversed(self._known) if host in each.logins), None)

    def shown(self, text: str) -> str:
        """A text without the values known so far: for what was redacted where it was written."""
        return self._redactor(text)

    @property
    def redactor(self) -> Redactor:
        """That of the values known so far; ask `missing` first."""
        return self._redactor
