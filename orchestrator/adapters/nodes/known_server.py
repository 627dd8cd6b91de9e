"""The server whose word a node does: pinned at its enrolment, and followed from its keys to the next by their signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock

from orchestrator.engine.node_ports import Party, Succession, succession_text

Verify = Callable[[Party, str, bytes], bool]
"""Whether that end signed this."""
MOST = 1000
"""Keys that are followed one after the other."""


class KnownServer:
    """`verify` verifies signatures; `keep` keeps new keys, before anything is done by their word."""

    def __init__(
        self, party: Party, verify: Verify, keep: Callable[[Party], None] = lambda party: None
    ) -> None:
        self._party, self._verify, self._keep = party, verify, keep
        self._lock = Lock()

    @property
    def party(self) -> Party:
        """Its keys now; those before them count no more."""
        return self._party

    def learn(self, successions: Iterable[Succession]) -> bool:
        """Follow statements of keys that were signed by the ones before; whether any leads on. Raises StoreFault."""
        by_key = {each.before: each for each in successions}
        with self._lock:
            party = self._party
            for _ in range(MOST):
                next_one = by_key.pop(party.verify, None)
                if next_one is None or not self._verify(
                    party, next_one.signature, succession_text(party.verify, next_one.after)
                ):
                    break
                party = next_one.after
            if party == self._party:
                return False
            self._keep(party)
            self._party = party
            return True


def pinned(party: Party) -> KnownServer:
    """A server that has these keys for ever."""
    return KnownServer(party, lambda by, signature, content: False)
