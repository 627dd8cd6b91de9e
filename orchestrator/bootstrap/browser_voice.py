"""The voice of a person in a browser: the word is made first, signed with their passkey there, and then recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orchestrator.bootstrap.own_voice import SIGNED
from orchestrator.engine.authority_ports import Voice
from orchestrator.errors import Refused

if TYPE_CHECKING:
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.domain.authority.speaker import Speaker
    from orchestrator.domain.authority.word import SignedWord, WordStatement

PATIENCE = timedelta(minutes=10)
"""How old a signed word may be when it is recorded."""
_NOTHING = "Nothing was recorded."


class SignatureWanted(Refused):
    """Everything else is in order: this word waits for the signature of the person's passkey."""

    def __init__(self, word: WordStatement) -> None:
        super().__init__(
            f"The word of {word.person} waits for passkey {word.key[:16]}: sign it in the browser. {_NOTHING}"
        )
        self.word = word


class BrowserVoice(Voice):
    """A person who is logged in to the service, in two phases: the same request is made twice.

    Without `prepared`, the first word that needs a signature raises SignatureWanted with its statement. With the words that
    the person then signed, each is taken once, where the request says the same again.

    `passkey`: the id of the person's passkey, None where they have none; `now` is the clock.
    """

    def __init__(
        self,
        speaker: Speaker,
        passkey: str | None,
        now: Callable[[], datetime],
        prepared: Sequence[SignedWord] = (),
    ) -> None:
        self._speaker, self._passkey, self._now = speaker, passkey, now
        self._prepared = list(prepared)
        self._awaits_signature = not prepared

    def speaker(self) -> Speaker:
        return self._speaker

    def key(self, keyring: Keyring) -> str:
        if self._passkey is None:
            raise Refused(
                f"{SIGNED} You have no passkey here: register one in the service. Its card is then trusted by whoever decides "
                f"which keys count: orch keys trust CARD --person NAME --role ROLE. {_NOTHING}"
            )
        trusted = keyring.find(self._passkey)
        if trusted is None or trusted.kind != "webauthn":
            raise Refused(
                f"{SIGNED} Your passkey {self._passkey[:16]} is not one of them: orch keys list shows which are. Whoever "
                f"decides which keys count runs: orch keys trust CARD --person NAME --role ROLE. {_NOTHING}"
            )
        return self._passkey

    def nonce(self) -> str:
        from orchestrator.adapters.keys.statements import new_nonce

        return new_nonce()

    def sign(self, word: WordStatement) -> SignedWord:
        if self._awaits_signature:
            raise SignatureWanted(word)
        if not self._prepared:
            raise Refused(f"More is said than you signed; say it again. {_NOTHING}")
        signed = self._prepared.pop(0)
        if not _says_the_same(signed.word, word):
            raise Refused(
                f"What you signed is not what is said now ({_differing(signed.word, word)}); look again, and sign that. "
                f"{_NOTHING}"
            )
        if abs(self._now() - signed.word.made_at) > PATIENCE:
            minutes = int(PATIENCE.total_seconds() // 60)
            raise Refused(f"You signed it more than {minutes} minutes ago; sign it again. {_NOTHING}")
        return signed


def _says_the_same(signed: WordStatement, word: WordStatement) -> bool:
    """In everything but when it was made, and its number."""
    return signed.model_copy(update={"made_at": word.made_at, "nonce": word.nonce}) == word


def _differing(signed: WordStatement, word: WordStatement) -> str:
    fields = ("verb", "subject", "content", "person", "key")
    return ", ".join(name for name in fields if getattr(signed, name) != getattr(word, name))
