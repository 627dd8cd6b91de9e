"""What a person signs in the browser: shown exactly, kept by the service, and taken back once with their signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import JSONResponse

from orchestrator.adapters.keys.passkey_registration import signing_question
from orchestrator.domain.authority.prepared_word import PATIENCE, PreparedWord
from orchestrator.web.problems import Problem
from orchestrator.web.templating import page
from orchestrator.web.voices import new_number, session_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.authority.signing import TrustedKey
    from orchestrator.domain.text.model_base import Noun
    from orchestrator.policy.telling.outline import Branch
    from orchestrator.web.request_context import Asked
    from orchestrator.web.word_fields import Fields

GONE = (
    "What was to be signed is not there any more: it was given already, five minutes have passed, or you logged in anew. "
    "Nothing was recorded now. Say it again."
)


class ToSign(NamedTuple):
    """A statement before its signature: its payload is what the passkey signs. `lines` say what it means, `back` leads back."""

    statement: Noun
    payload: bytes
    key: TrustedKey
    about: str
    deployment: str
    title: str
    lines: Sequence[str]
    action: str
    back: str
    outline: Branch | None = None


def ask_to_sign(asked: Asked, to_sign: ToSign, fields: Fields) -> Response:
    """Keep the statement, and show it with the button that signs it. Raises StoreFault, MachineLacks."""
    now = asked.ports.clock.now()
    number = new_number()
    question = signing_question(to_sign.key.public, to_sign.payload)
    asked.ports.prepared_words.keep(
        PreparedWord(
            number=number,
            session=session_of(asked),
            person=asked.person,
            deployment=to_sign.deployment,
            about=to_sign.about,
            fields={name: list(texts) for name, texts in fields.texts.items()},
            statement=to_sign.statement.model_dump_json(),
            until=now + PATIENCE,
        ),
        now,
    )
    digest = hashlib.sha256(to_sign.payload).hexdigest()
    payload = to_sign.payload.decode("utf-8", "replace")
    if "application/json" in asked.request.headers.get("accept", ""):
        body = {
            "number": number,
            "payload": payload,
            "sha256": digest,
            "options": json.loads(question.options),
            "give": to_sign.action,
        }
        return JSONResponse(body)
    return page(
        "sign.html.j2",
        request=asked.request,
        asked=asked,
        to_sign=to_sign,
        statement=[
            (name.replace("_", " "), _shown(value))
            for name, value in to_sign.statement.model_dump(mode="json").items()
            if value not in (None, [], ())
        ],
        number=number,
        payload=payload,
        digest=digest,
        options=question.options,
        until=now + PATIENCE,
    )


def taken(asked: Asked, number: str, about: str) -> PreparedWord | None:
    """What was shown under this number; None where it is given twice, which does nothing. Raises Problem where it is gone."""
    ports, now = asked.ports, asked.ports.clock.now()
    if not ports.prepared_words.first(f"given {number}", now + PATIENCE, now):
        return None
    prepared = ports.prepared_words.take(number[:32], session_of(asked), now)
    deployment = asked.request.path_params["deployment"]
    if prepared is None or (prepared.about, prepared.deployment, prepared.person) != (
        about,
        deployment,
        asked.person,
    ):
        raise Problem(409, "gone", GONE)
    return prepared


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
