"""Whether a chain of keyrings is in force: each version signed by the old and the new threshold, none older than was seen.

The model is the root role of The Update Framework (specification 1.0, 5.3): a version counts if a threshold of the
stewards before it and a threshold of its own signed it; only the end of the newest version matters.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from orchestrator.domain.authority.keyring_document import (
    KeyringDocument,
    PresentedKeyring,
    TrustFinding,
    TrustInForce,
    TrustPin,
    people_among,
)
from orchestrator.domain.authority.signing import TrustedKey

SOON = timedelta(days=30)
"""How long before its end a keyring warns."""


def in_force(
    chain: Sequence[PresentedKeyring], pin: TrustPin | None, now: datetime
) -> TrustInForce | tuple[TrustFinding, ...]:
    """The newest version of the chain, or every reason why it is not in force. The chain begins with the first version.

    Raises ValueError for an empty chain.
    """
    findings = (*chain_findings(chain), *pin_findings(chain, pin), *_end(chain[-1].signed.keyring, now))
    return findings or TrustInForce.of_valid(
        document=chain[-1].signed.keyring,
        signed_by=tuple(steward.person for steward in signers(chain[-1], chain[-1].signed.keyring)),
        history=tuple(each.signed.keyring.digest for each in chain),
    )


def chain_findings(chain: Sequence[PresentedKeyring]) -> tuple[TrustFinding, ...]:
    """What is wrong within the chain, whatever the time is and whatever was seen before."""
    if not chain:
        raise ValueError("a chain of keyrings has a first version")
    first = chain[0].signed.keyring
    findings = [] if first.version == 1 else [_finding("trust.not_from_the_first", first)]
    findings += [*_too_few_new(chain[0])]
    for before, after in pairwise(chain):
        findings += [*_link(before.signed.keyring, after.signed.keyring)]
        findings += [*_too_few_old(before.signed.keyring, after), *_too_few_new(after)]
    return tuple(findings)


def pin_findings(chain: Sequence[PresentedKeyring], pin: TrustPin | None) -> Iterator[TrustFinding]:
    """Whether the chain goes on from the newest version that was seen: an older one may hold what was revoked since."""
    documents = [each.signed.keyring for each in chain]
    yield from _against_pin(documents[-1], {each.version: each.digest for each in documents}, pin)


def recorded_findings(trust: TrustInForce, pin: TrustPin | None) -> tuple[TrustFinding, ...]:
    """Whether the keyring in force goes on from the newest version that is on record."""
    return tuple(_against_pin(trust.document, dict(enumerate(trust.history, 1)), pin))


def _against_pin(
    newest: KeyringDocument, digests: Mapping[int, str], pin: TrustPin | None
) -> Iterator[TrustFinding]:
    if pin is None:
        return
    if newest.house != pin.house:
        yield _finding("trust.foreign_house", newest, seen=pin.house[:16], house=newest.house[:16])
        return
    if newest.version < pin.version:
        yield _finding("trust.older", newest, seen=pin.version)
        return
    if digests.get(pin.version) != pin.digest:
        yield _finding("trust.fork", newest, seen=pin.version, digest=pin.digest[:16])


def ends_soon(document: KeyringDocument, now: datetime) -> bool:
    """Whether the stewards must make a new version soon."""
    return document.expires - SOON <= now


def signers(presented: PresentedKeyring, stewards_of: KeyringDocument) -> tuple[TrustedKey, ...]:
    """The stewards of a version whose good signature a document has."""
    good = set(presented.good)
    return tuple(steward for steward in stewards_of.stewards if steward.key in good)


def missing(presented: PresentedKeyring, stewards_of: KeyringDocument) -> int:
    """How many people among the stewards of a version must sign the document still."""
    return max(0, stewards_of.threshold - people_among(signers(presented, stewards_of)))


def _link(before: KeyringDocument, after: KeyringDocument) -> Iterator[TrustFinding]:
    if after.version != before.version + 1:
        yield _finding("trust.gap", after, after=before.version)
    elif after.previous != before.digest:
        yield _finding("trust.broken_chain", after, before=before.version)
    if after.house != before.house:
        yield _finding("trust.another_house", after, house=after.house[:16], before=before.house[:16])
    if after.made_at < before.made_at:
        yield _finding("trust.back_in_time", after, made_at=after.made_at.isoformat())
    revoked_after = {key.key for key in after.keys if key.revoked_at is not None}
    for key in before.keys:
        if key.revoked_at is not None and key.key not in revoked_after:
            yield _finding("trust.unrevoked", after, key=key.key[:16], person=key.person)


def _too_few_old(before: KeyringDocument, after: PresentedKeyring) -> Iterator[TrustFinding]:
    lacking = missing(after, before)
    if lacking:
        yield _finding("trust.too_few_old", after.signed.keyring, lacking=lacking, before=before.version)


def _too_few_new(presented: PresentedKeyring) -> Iterator[TrustFinding]:
    lacking = missing(presented, presented.signed.keyring)
    if lacking:
        yield _finding("trust.too_few_new", presented.signed.keyring, lacking=lacking)


def _end(newest: KeyringDocument, now: datetime) -> Iterator[TrustFinding]:
    if newest.expires <= now:
        yield _finding("trust.expired", newest, expires=newest.expires.isoformat())


def _finding(code: str, document: KeyringDocument, **values: str | int) -> TrustFinding:
    return TrustFinding.model_validate({"code": code, "version": document.version, "values": values})
