"""A speaker in memory: who the operating system says it is, and which key is at hand."""

from itertools import count
from os import getuid
from pwd import getpwuid

from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import SignedWord, WordStatement
from orchestrator.engine.ports import Voice
from orchestrator.errors import NotFound


class FakeVoice(Voice):
    """Speaks as `login`, or whoever runs the test, with the key `own`, or else the last trusted one."""

    def __init__(self, login: str | None = None, own: str | None = None) -> None:
        self.login, self.own = login or getpwuid(getuid()).pw_name, own
        self.has_key = True
        self._numbers = count(1)

    def speaker(self) -> Speaker:
        return Speaker(uid=1000, login=self.login, host="deck", terminal="/dev/pts/1")

    def key(self, keyring: Keyring) -> str:
        usable = [key.key for key in keyring.keys if key.revoked_at is None]
        if not self.has_key or not usable:
            raise NotFound("There is no key at hand; make one with orch keys new.")
        return self.own or usable[-1]

    def nonce(self) -> str:
        return f"{next(self._numbers):032x}"

    def sign(self, word: WordStatement) -> SignedWord:
        return SignedWord(word=word, signature=Signature(key=word.key, signature="0" * 128))
