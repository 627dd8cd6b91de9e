"""The voice of whoever runs this process: their login, and their key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orchestrator.engine.authority_ports import Voice
from orchestrator.errors import OrchError, Refused

if TYPE_CHECKING:
    from orchestrator.adapters.keys.signer import Signer
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.domain.authority.speaker import Speaker
    from orchestrator.domain.authority.word import SignedWord, WordStatement

OpenKey = Callable[["Keyring"], "Signer"]
"""Opens the person's key, one that this keyring trusts where there are several. Raises OrchError, saying what to do."""

SIGNED = "Keys are trusted here, so what you say is signed."


class OwnVoice(Voice):
    """The person who runs this process; their key is opened once."""

    def __init__(self, open_key: OpenKey) -> None:
        self._open_key = open_key
        self._own: Signer | None = None

    def speaker(self) -> Speaker:
        from orchestrator.adapters.speaker import this_speaker

        return this_speaker()

    def key(self, keyring: Keyring) -> str:
        if self._own is None:
            try:
                own = self._open_key(keyring)
                own.unlock()
            except OrchError as fault:
                raise Refused(f"{SIGNED} {fault}\nNothing was recorded.") from None
            self._own = own
        if keyring.find(self._own.key) is None:
            raise Refused(
                f"{SIGNED} Your key {self._own.key[:16]} is not one of them: orch keys list shows which are. Have it trusted "
                "(orch keys trust FILE --person NAME --role ROLE), or name another with --key. Nothing was recorded."
            )
        return self._own.key

    def nonce(self) -> str:
        from orchestrator.adapters.keys.statements import new_nonce

        return new_nonce()

    def sign(self, word: WordStatement) -> SignedWord:
        if self._own is None:
            raise Refused("No key was opened to sign with. Nothing was recorded.")
        return self._own.speak(word)
