"""Who trusted whom: what is put on record of the keys that signed, and its lines."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.authority.keyring_document import TrustInForce
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.trust_on_record import TrustOnRecord
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded


def trust_on_record(keyring: Keyring, trust: TrustInForce | None, key: str) -> TrustOnRecord | None:
    """What is known of a key; None for one that nobody trusts."""
    trusted = keyring.find(key)
    if trusted is None:
        return None
    record = TrustOnRecord.of_valid(
        key=trusted.key,
        person=trusted.person,
        roles=trusted.roles,
        trusted_by=trusted.trusted_by,
        trusted_at=trusted.trusted_at,
    )
    if trust is None or all(listed.key != key for listed in trust.document.keys):
        return record
    document = trust.document
    return record.model_copy(
        update={"house": document.house, "keyring": document.version, "signed_by": trust.signed_by}
    )


def trust_lines(records: Iterable[Recorded]) -> tuple[str, ...]:
    """Where the house is, and a line for each key that signed what is on a journal, in the order in which they came."""
    return tuple(dict.fromkeys(line for record in records for line in _lines(record.event)))


def _lines(event: e.Event) -> Iterator[str]:
    match event:
        case e.Planned(house_place=str() as place):
            yield _house_line(event.house, place)
        case (
            e.ApprovalGiven(trusted=TrustOnRecord() as trusted)
            | e.Reviewed(trusted=TrustOnRecord() as trusted)
        ):
            yield _line(trusted)
        case e.WindowOpened(issuer=TrustOnRecord() as trusted):
            yield _line(trusted)


def _house_line(house: str, place: str) -> str:
    which = f"house {house[:16]}" if house else "no signed keyring"
    return (
        f"governed by {which}; the house is {place}"
        if place
        else f"governed by {which}; the home is the house"
    )


def _line(trusted: TrustOnRecord) -> str:
    by_whom = (
        f"keyring version {trusted.keyring} of house {trusted.house[:16]}, signed by {' and '.join(trusted.signed_by)}"
        if trusted.keyring
        else "a folder of keys, which no steward signed"
    )
    return (
        f"key {trusted.key[:16]} of {trusted.person} as {', '.join(trusted.roles)}: trusted by {trusted.trusted_by} "
        f"at {trusted.trusted_at:%Y-%m-%d %H:%M} UTC, in {by_whom}"
    )
