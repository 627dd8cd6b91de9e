"""Keys and signatures: who may sign for which role. The payload is signed byte for byte."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from orchestrator.domain.plan.roles import same_person, same_role
from orchestrator.domain.text.model_base import Many, Moment, Noun, Sha256, Text
from orchestrator.domain.text.names import looks_like, readable
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import wrong


def _showing(text: str) -> str:
    if plain(text, len(text)) != text:
        raise wrong("text on one line that shows as it is", "remove what cannot be seen")
    return text


ShownText = Annotated[Text, AfterValidator(_showing)]
"""Signed text is never altered, so text that could mislead a reader or a terminal is refused."""
ShownName = Annotated[ShownText, AfterValidator(readable)]
"""A name or a role in signed text; where a person writes it, it must be readable too."""

PublicKey = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SignatureText = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
Nonce = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
KeyId = Sha256
"""SHA-256 of the public key's 32 bytes, in hexadecimal digits."""

SignatureAnswer = Literal["good", "bad"]


class PublicKeyCard(Noun):
    """A public key as its owner sends it; `person` and `roles` are the owner's request, and prove nothing."""

    orch: Literal["public key 1"] = "public key 1"
    key: KeyId
    public: PublicKey
    person: ShownName | None = None
    roles: Many[ShownName] = ()


class TrustedKey(Noun):
    """A public Ed25519 key that is trusted for one person, in these roles, until it expires or is revoked.

    `also` lists other names of that person, such as a login, so that requester and approver can be recognised as one
    person.
    """

    key: KeyId
    public: PublicKey
    person: ShownName
    roles: Annotated[tuple[ShownName, ...], Field(strict=False, min_length=1)]
    also: Many[ShownName] = ()
    trusted_at: Moment
    trusted_by: ShownName
    expires: Moment | None = None
    revoked_at: Moment | None = None
    revoked_by: ShownText | None = None
    revoked_because: ShownText | None = None

    def is_of(self, person: str) -> bool:
        """Whether the key belongs to this person, under any of their names."""
        return any(same_person(name, person) for name in (self.person, *self.also))

    def serves(self, role: str) -> bool:
        """Whether the person may sign in this role."""
        return any(same_role(mine, role) for mine in self.roles)


class Keyring(Noun):
    """All trusted keys, each listed once."""

    keys: Many[TrustedKey] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "Keyring":
        if len({key.key for key in self.keys}) != len(self.keys):
            raise wrong("each key once", "one key stands for one person", at="keys")
        return self

    def find(self, key: str) -> TrustedKey | None:
        """The trusted key with this id."""
        return next((trusted for trusted in self.keys if trusted.key == key), None)

    def one_person(self, person: str, other: str) -> bool:
        """Whether two names belong to one person, according to the keys, or to readers who cannot tell them apart."""
        if same_person(person, other) or looks_like(person, other):
            return True
        return any(_reads_as(key, person) and _reads_as(key, other) for key in self.keys)


def _reads_as(key: TrustedKey, person: str) -> bool:
    return key.is_of(person) or any(looks_like(name, person) for name in (key.person, *key.also))


class Signature(Noun):
    """Which key signed, and the Ed25519 signature."""

    key: KeyId
    signature: SignatureText
