"""The voice of whoever is logged in: who the service says they are, and the passkey that they sign with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters.keys.statements import new_nonce
from orchestrator.adapters.speaker import through_service
from orchestrator.bootstrap.browser_voice import BrowserVoice

if TYPE_CHECKING:
    from datetime import datetime

    from orchestrator.domain.authority.signing import Keyring, TrustedKey
    from orchestrator.domain.authority.speaker import Speaker
    from orchestrator.domain.authority.word import SignedWord
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.engine.ports import Ports
    from orchestrator.web.request_context import Asked

new_number = new_nonce
"""A number that nobody can guess, for what waits for a signature and for forms."""


def session_of(asked: Asked) -> str:
    """The digest of the session that asks: what is prepared for one is good in no other."""
    channel, login = (asked.access.channel, asked.access.login) if asked.access is not None else ("", "")
    return hashlib.sha256(f"{channel}\n{login}\n{asked.csrf}".encode()).hexdigest()


def passkeys_of(keyring: Keyring, person: str, now: datetime) -> tuple[TrustedKey, ...]:
    """The passkeys of this person that are trusted and usable now."""
    return tuple(
        key
        for key in keyring.keys
        if key.kind == "webauthn"
        and key.is_of(person)
        and key.revoked_at is None
        and (key.expires is None or key.expires > now)
    )


def chosen_of(keys: Sequence[TrustedKey], chosen: str) -> TrustedKey | None:
    """The key that was chosen in the form, else the newest."""
    named = (key for key in keys if key.key == chosen)
    return next(named, keys[-1] if keys else None)


def keyring_of(asked: Asked, d: Deployment) -> Keyring:
    """The keys that count for this deployment."""
    return asked.ports.keys.keyring(Path(d.project))


def speaker_of(asked: Asked) -> Speaker:
    """Who speaks, by the word of the service."""
    client = asked.request.client
    return through_service(asked.person, client.host if client is not None else None, asked.csrf or None)


def speaking_as(asked: Asked, key: str | None, prepared: Sequence[SignedWord] = ()) -> Ports:
    """Ports that speak with the voice of whoever asks, and this passkey; None where the word needs no signature."""
    return asked.service.speaking(BrowserVoice(speaker_of(asked), key, asked.ports.clock.now, prepared))
