"""The keyring as a document that its stewards sign: versions in a chain, like the root role of The Update Framework."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.authority.signing import STEWARD, KeyId, Nonce, ShownText, Signature, TrustedKey
from orchestrator.domain.plan.roles import same_person
from orchestrator.domain.text.canonical import canonical, digest_of
from orchestrator.domain.text.model_base import Many, Moment, Noun, Sha256
from orchestrator.domain.text.validation_error import wrong

PREFIX = b"orch keyring 1\n"
"""A prefix of the signed bytes, so that no signature passes for one of another kind."""
HouseId = Nonce
"""The random number that `orch trust init` gives a house; it never changes."""

TrustCode = Literal[
    "trust.not_from_the_first",
    "trust.gap",
    "trust.broken_chain",
    "trust.another_house",
    "trust.back_in_time",
    "trust.unrevoked",
    "trust.too_few_new",
    "trust.too_few_old",
    "trust.foreign_house",
    "trust.older",
    "trust.fork",
    "trust.expired",
]
"""Why a chain of keyrings is not in force (policy/authority/trust_chain.py)."""


class KeyringDocument(Noun):
    """One version of a house's keyring. `previous` is the digest of the version before; the first has none.

    `threshold` counts people among the stewards: two keys of one person are one. `because` says why this version was made.
    """

    orch: Literal["keyring 1"] = "keyring 1"
    house: HouseId
    version: Annotated[int, Field(ge=1)]
    made_at: Moment
    expires: Moment
    stewards: Annotated[tuple[TrustedKey, ...], Field(strict=False, min_length=1)]
    threshold: Annotated[int, Field(ge=1)]
    keys: Many[TrustedKey] = ()
    previous: Sha256 | None = None
    because: ShownText

    @model_validator(mode="after")
    def _whole(self) -> "KeyringDocument":
        if (self.version == 1) != (self.previous is None):
            raise wrong(
                "the digest of the version before, in all but the first", "ask for a new one", at="previous"
            )
        if self.expires <= self.made_at:
            raise wrong("an end after the moment it was made", "correct it", at="expires")
        for name, keys in (("stewards", self.stewards), ("keys", self.keys)):
            if len({key.key for key in keys}) != len(keys):
                raise wrong("each key once", "one key stands for one person", at=name)
        if self.threshold > people_among(self.stewards):
            raise wrong(
                "not more than there are people among the stewards",
                "lower it, or add stewards",
                at="threshold",
            )
        self._stewards_are_in_order()
        return self

    def _stewards_are_in_order(self) -> None:
        if any(
            steward.expires or steward.revoked_at or not steward.serves(STEWARD) for steward in self.stewards
        ):
            expected = f"stewards in the role {STEWARD}, without an end of their own"
            raise wrong(expected, "leave a steward out of the next version instead", at="stewards")
        named = {key.key: key for key in self.keys}
        if any(s.key in named and not same_person(s.person, named[s.key].person) for s in self.stewards):
            raise wrong("one person for each key", "a steward's key is listed for somebody else", at="keys")

    @property
    def digest(self) -> str:
        """The digest of what is signed, by which the next version names this one."""
        return digest_of(self, "keyring 1")

    def steward(self, key: str) -> TrustedKey | None:
        """The steward with this key."""
        return next((steward for steward in self.stewards if steward.key == key), None)


class SignedKeyring(Noun):
    """A version with the signatures of stewards, of the version before and its own; each key signs once."""

    keyring: KeyringDocument
    signatures: Many[Signature] = ()


class PresentedKeyring(Noun):
    """A version, and the keys whose signatures under it are good, as a verifier found."""

    signed: SignedKeyring
    good: Many[KeyId] = ()


class TrustPin(Noun):
    """The newest version that a home has seen of its house's keyring: older ones, and others, are refused."""

    house: HouseId
    version: Annotated[int, Field(ge=1)]
    digest: Sha256


class TrustInForce(Noun):
    """The version that is in force, the people whose good signatures made it so, and the digests from the first version on."""

    document: KeyringDocument
    signed_by: Many[ShownText]
    history: Many[Sha256]

    @property
    def pin(self) -> TrustPin:
        """What a home remembers of it."""
        return TrustPin.of_valid(
            house=self.document.house, version=self.document.version, digest=self.document.digest
        )


class TrustFinding(Noun):
    """One reason why a chain is not in force: the version that it concerns, and values for the sentence."""

    code: TrustCode
    version: int
    values: dict[str, str | int] = {}


def people_among(keys: Iterable[TrustedKey]) -> int:
    """How many people these keys belong to, as far as their names say."""
    groups: list[list[TrustedKey]] = []
    for key in keys:
        joined = [group for group in groups if any(_one_person(key, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([key, *(other for group in joined for other in group)])
    return len(groups)


def _one_person(key: TrustedKey, other: TrustedKey) -> bool:
    return any(other.is_of(name) for name in (key.person, *key.also))


def payload(document: KeyringDocument) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(document)
