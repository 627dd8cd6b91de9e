"""Who is trusted to sign what: the keyring in force, its stewards, and what a card would need to be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from orchestrator.adapters.keys.trust_files import HouseTrust
from orchestrator.domain.authority.signing import PublicKeyCard
from orchestrator.domain.text.command_word import command_word
from orchestrator.errors import OrchError
from orchestrator.policy.authority.trust_chain import ends_soon
from orchestrator.policy.authority.trust_words import aside_words, trust_words
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.authority.keyring_document import KeyringDocument, TrustInForce
    from orchestrator.domain.authority.signing import Keyring, TrustedKey
    from orchestrator.web.request_context import Asked

LONGEST_CARD = 20_000
"""Characters of a card; that of a passkey has about 600."""
FORM = (
    "expected the card as it was shown or written, one object of JSON; found something else: copy all of it"
)


class KeyRow(NamedTuple):
    """A trusted key, and whether its signatures still count."""

    key: TrustedKey
    state: str
    number: str


class CardShown(NamedTuple):
    """A card that somebody pasted: the number to compare, and the command that trusts it; or what is wrong with it."""

    card: PublicKeyCard | None
    number: str
    command: str
    wrong: str


class Proposal(NamedTuple):
    """A version of the keyring that waits for signatures: why, and how many of the old and the new stewards lack."""

    document: KeyringDocument
    old: int
    new: int


def _keys(asked: Asked) -> Response:
    return _page(asked, None)


def _page(asked: Asked, card: CardShown | None) -> Response:
    now, ports = asked.ports.clock.now(), asked.ports
    keyring: Keyring | None = None
    trust: TrustInForce | None = None
    proposal: Proposal | None = None
    wrong = ""
    try:
        keyring, trust = ports.keys.keyring(None), ports.keys.trust()
        proposal = _proposal(asked)
    except OrchError as unreadable:
        wrong = str(unreadable)
    return page(
        "keys.html.j2",
        request=asked.request,
        asked=asked,
        rows=[_row(key, now) for key in keyring.keys] if keyring is not None else [],
        aside=[(each, aside_words(each)) for each in keyring.set_aside] if keyring is not None else [],
        trust=trust,
        trust_words=trust_words(trust) if trust is not None else "",
        ends_soon=trust is not None and ends_soon(trust.document, now),
        proposal=proposal,
        wrong=wrong,
        card=card,
    )


def _proposal(asked: Asked) -> Proposal | None:
    house = asked.ports.keys.house_place or str(asked.service.home)
    trust = HouseTrust(Path(house), asked.service.home)
    waiting = trust.proposal()
    if waiting is None:
        return None
    return Proposal(waiting.keyring, *trust.lacking(waiting, trust.newest()))


def _row(key: TrustedKey, now: datetime) -> KeyRow:
    state = "trusted"
    if key.revoked_at is not None:
        state = "revoked"
    elif key.expires is not None and key.expires <= now:
        state = "expired"
    return KeyRow(key, state, spelled(key.key))


def spelled(key: str) -> str:
    """The number of a key in groups of four, for reading aloud."""
    return " ".join(key[place : place + 4] for place in range(0, len(key), 4))


async def _card(asked: Asked) -> Response:
    form = await asked.request.form()
    return await run_in_threadpool(_page, asked, card_shown(str(form.get("card", ""))))


def card_shown(text: str) -> CardShown:
    """What is said of a pasted card. Nothing is trusted by that."""
    if not text.strip() or len(text) > LONGEST_CARD:
        return CardShown(None, "", "", FORM)
    try:
        card = PublicKeyCard.model_validate_json(text)
    except ValidationError:
        return CardShown(None, "", "", FORM)
    holder = f"--{card.holder} {command_word(card.person) if card.person else 'NAME'}"
    roles = [f"--role {command_word(role)}" for role in card.roles]
    if not roles and card.holder == "person":
        roles = ["--role ROLE"]
    return CardShown(card, spelled(card.key), f"orch keys trust FILE {' '.join([holder, *roles])}", "")


ROUTES = (
    Route("GET", "/keys", "see", _keys),
    Route("POST", "/keys", "see", _card),
)
