"""The voice of a person whose word was signed elsewhere and is handed in: the signature is theirs, the server adds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.bootstrap.browser_voice import BrowserVoice
from orchestrator.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pydantic import BaseModel

    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.domain.authority.speaker import Speaker
    from orchestrator.domain.authority.word import SignedWord


class HandedInVoice(BrowserVoice):
    """Speaks with one signed word, of a key of whatever kind; without one, only what needs no signature can be said.

    Without a word but with the id of a `signing` key, the word that this key is to sign raises SignatureWanted; `event` is
    what it says then.
    """

    def __init__(
        self,
        speaker: Speaker,
        signed: SignedWord | None,
        now: Callable[[], datetime],
        signing: str | None = None,
    ) -> None:
        super().__init__(speaker, None, now, () if signed is None else (signed,))
        self._signing = signed.word.key if signed is not None else signing
        self.event: BaseModel | None = None

    def key(self, keyring: Keyring) -> str:
        if self._signing is None:
            raise Refused(
                "Keys are trusted here, so what you say is signed: sign it with your key (orch --server URL does), or say it "
                "in the browser. Nothing was recorded."
            )
        if keyring.find(self._signing) is None:
            raise Refused(f"Key {self._signing[:16]} is not trusted here. Nothing was recorded.")
        return self._signing

    def about_to_say(self, event: BaseModel) -> None:
        self.event = event
