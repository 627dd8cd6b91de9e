"""Who may say something over the API: whoever has the right by themselves, else whoever signed it with a key that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.plan.roles import same_person
from orchestrator.policy.authority.access import may
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Place, Right
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.web.request_context import Asked

NOTHING = "Nothing was recorded."


def refuse_without(
    asked: Asked, rights: tuple[Right, ...], key: str | None, keyring: Keyring, place: Place | None = None
) -> None:
    """A token says by itself what it may; for the rest a trusted key of its own person decides. Raises Problem.

    `key`: the id of the key that signed, or that will sign. Any of `rights` is enough.
    """
    if any(asked.may(right, place) for right in rights):
        if key is not None and keyring.find(key) is not None:
            refuse_other_person(asked, key, keyring)
        return
    trusted = keyring.find(key) if key is not None else None
    if trusted is None:
        words = "Your roles do not allow this here."
        if asked.access is not None and asked.access.channel == "token":
            words = (
                "A token says only pause and hold by itself; sign this with your key, which is trusted here, or say it in the "
                "browser."
            )
        asked.service.doors.refused(asked.request, asked.access, rights[0], "not signed by a key that counts")
        raise Problem(403, "refused", f"{words} {NOTHING}")
    refuse_other_person(asked, trusted.key, keyring)
    refuse_right(asked, rights, place)


def refuse_right(asked: Asked, rights: tuple[Right, ...], place: Place | None = None) -> None:
    """Raises Problem where the roles of the person allow none of this there, however they are known."""
    access, there = asked.access, place if place is not None else asked.place
    whole = None if access is None else access.model_copy(update={"channel": "session", "scopes": None})
    if whole is None or not any(may(whole, right, there) for right in rights):
        asked.service.doors.refused(asked.request, access, rights[0], "the role does not allow it")
        raise Problem(403, "refused", f"Your roles do not allow this here. {NOTHING}")


def refuse_other_person(asked: Asked, key: str, keyring: Keyring) -> None:
    """Nobody speaks for somebody else, whatever they may do themselves. Raises Problem."""
    trusted = keyring.find(key)
    if trusted is not None and not trusted.is_of(asked.person):
        refuse_name(asked, trusted.person or "a machine")


def refuse_name(asked: Asked, person: str) -> None:
    """Raises Problem where this is another person than whoever asks."""
    if not same_person(person, asked.person):
        asked.service.doors.refused(asked.request, asked.access, "approve", "signed by somebody else")
        raise Problem(403, "refused", f"It is signed as {person}, and this is {asked.person}. {NOTHING}")
