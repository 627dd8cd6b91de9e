"""Begins something on a server: where keys are trusted there, what is said is shown, checked and signed here first."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.authority.word import SignedWord, Verb, WordStatement, content_of
from orchestrator.domain.journal.events import BackoutBegan, Planned
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Refused, StoreFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.engine.authority_ports import Voice

_EVENT: TypeAdapter[Planned | BackoutBegan] = TypeAdapter(Planned | BackoutBegan)


@dataclass(frozen=True, slots=True)
class Begun:
    """What goes to the server, and what it must come to before anything of it is signed here.

    `means`: whether an event is what was asked for. `tell` is told what is signed.
    """

    path: str
    body: dict[str, object]
    verb: Verb
    means: Callable[[Planned | BackoutBegan], bool]
    tell: Callable[[str], object]


def begin(server: Server, begun: Begun, keyring: Keyring, voice: Voice) -> dict[str, Any]:
    """Have it begun there; the server's answer. Raises Refused, NotFound, PlanFault, StoreFault."""
    body = begun.body
    if keyring.keys:
        key = voice.key(keyring)
        asked = _sent(server, begun.path, {**body, "key": key})
        if "statement" not in asked:
            return asked
        body = {**body, "signed": json.loads(_signed(begun, asked, key, voice).model_dump_json())}
    return _sent(server, begun.path, body)


def _signed(begun: Begun, asked: dict[str, Any], key: str, voice: Voice) -> SignedWord:
    """Raises Refused where the server wants another statement signed than what was asked of it."""
    try:
        statement = WordStatement.model_validate_json(json.dumps(asked["statement"]))
        event = _EVENT.validate_json(json.dumps(asked["event"]))
    except (ValidationError, KeyError, TypeError):
        raise StoreFault(
            "The server sent what this orch does not read: is its orch of another version?"
        ) from None
    wrong = [
        words
        for words, right in (
            ("its verb is another", statement.verb == begun.verb),
            ("its key is another", statement.key == key),
            ("its digest is of something else", statement.content == content_of(event)),
            ("it is for something else than you asked", begun.means(event)),
            ("it is said by somebody else", event.by == statement.person),
        )
        if not right
    ]
    if wrong:
        raise Refused(f"The server wants something else signed: {'; '.join(wrong)}. Nothing was signed.")
    begun.tell(f"Signed as {plain(statement.person, 200)}: {statement.verb} {plain(statement.subject, 200)}")
    return voice.sign(statement)


def _sent(server: Server, path: str, body: dict[str, object]) -> dict[str, Any]:
    answer = server.post(path, body, secrets.token_hex(16))
    if not isinstance(answer, dict):
        raise StoreFault(f"{server.url} answered {path} in another form: is its orch of another version?")
    return answer
