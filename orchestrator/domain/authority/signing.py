"""Keys and signatures: who may sign for which role. The payload is signed byte for byte."""

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from orchestrator.domain.authority.sigstore_key import sigstore_public_key
from orchestrator.domain.authority.ssh_form import LONGEST, ssh_public_key
from orchestrator.domain.authority.webauthn_form import assertion
from orchestrator.domain.authority.webauthn_key import passkey
from orchestrator.domain.plan.roles import same_person, same_role
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Moment, NotInForm, Noun, Sha256, Text
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

Nonce = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
KeyId = Sha256
"""SHA-256 of the public key's bytes in hexadecimal digits: the 32 bytes of an Ed25519 key, the blob of an ssh key, the DER of
a passkey or a key of sigstore."""

SignatureAnswer = Literal["good", "bad"]
ISSUER = "rehearsal issuer"
"""The role in which a key may issue certificates."""
STEWARD = "steward"
"""The role of those who sign the keyring; it decides whom everybody trusts."""

KeyKind = Literal["ed25519", "sshsig", "sigstore", "webauthn"]
"""What makes and verifies a signature: orch's own Ed25519 keys, OpenSSH, passkeys in a browser (`webauthn`), or for release
units alone sigstore bundles."""
Holder = Literal["person", "machine"]
"""Whom a key is trusted for. A machine starts and resumes what persons signed, and decides nothing."""
_HEX_KEY, _HEX_SIGNATURE = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def key_id(public: str, kind: str = "ed25519") -> str:
    """The id of a public key. Raises NotInForm where it has not the form of its kind."""
    if kind == "sshsig":
        return ssh_public_key(public).key
    if kind == "sigstore":
        return sigstore_public_key(public).key
    if kind == "webauthn":
        return passkey(public).key
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


def _check_public(public: str, kind: str) -> None:
    if kind == "ed25519":
        if not _HEX_KEY.fullmatch(public):
            raise wrong("64 hexadecimal digits", "take the file that orch keys new wrote", at="public")
        return
    try:
        written = _as_written(public, kind)
    except NotInForm as fault:
        raise wrong(str(fault), fault.next_move, at="public") from None
    if written != public:
        form = "base64 alone" if kind == "sigstore" else "type and key with one space between, and no comment"
        raise wrong(form, "trust the key anew", at="public")


def _as_written(public: str, kind: str) -> str:
    if kind == "sigstore":
        return sigstore_public_key(public).text
    return passkey(public).line if kind == "webauthn" else ssh_public_key(public).line


def _check_roles(roles: tuple[str, ...], holder: Holder) -> None:
    if holder == "machine" and not all(same_role(role, ISSUER) for role in roles):
        raise wrong(
            f"no role of a machine but {ISSUER}", "give the other roles to keys of persons", at="roles"
        )


def _check_use(kind: str, roles: tuple[str, ...], holder: Holder) -> None:
    """What a bundle signs has no purpose in it: a file could be built that reads as an approval by the same key.

    A passkey signs what a page of the service asks for, and a service that shows another text must not decide whom all trust,
    nor what was rehearsed.
    """
    if kind == "webauthn" and holder != "person":
        raise wrong(
            "a person: a passkey is unlocked by one", "name the owner with --person NAME", at="holder"
        )
    if kind == "webauthn" and any(same_role(role, other) for role in roles for other in (STEWARD, ISSUER)):
        expected = f"neither the role {STEWARD} nor {ISSUER} for a passkey"
        raise wrong(expected, "give the role to a key of orch or of ssh", at="roles")
    if kind == "sigstore" and (roles or holder != "machine"):
        expected = "a key of a machine in no role: a key of sigstore signs release units, and no word"
        raise wrong(expected, "name what holds the key with --machine NAME", at="holder")


class PublicKeyCard(Noun):
    """A public key as its owner sends it; `person` and `roles` are the owner's request, and prove nothing."""

    orch: Literal["public key 1"] = "public key 1"
    key: KeyId
    public: Text
    person: ShownName | None = None
    roles: Many[ShownName] = ()
    kind: Annotated[KeyKind, Since("0.2")] = "ed25519"
    holder: Annotated[Holder, Since("0.2")] = "person"

    @model_validator(mode="after")
    def _public_of_its_kind(self) -> "PublicKeyCard":
        _check_public(self.public, self.kind)
        _check_roles(self.roles, self.holder)
        _check_use(self.kind, self.roles, self.holder)
        return self


class TrustedKey(Noun):
    """A public key that is trusted for one person, in these roles, until it expires or is revoked.

    `also` lists other names of that person, such as a login, so that requester and approver can be recognised as one
    person. Where `holder` is a machine, `person` is its name, and the only role it can have is that of a rehearsal issuer.
    """

    key: KeyId
    public: Text
    person: ShownName
    roles: Many[ShownName]
    also: Many[ShownName] = ()
    trusted_at: Moment
    trusted_by: ShownName
    expires: Moment | None = None
    revoked_at: Moment | None = None
    revoked_by: ShownText | None = None
    revoked_because: ShownText | None = None
    kind: Annotated[KeyKind, Since("0.2")] = "ed25519"
    holder: Annotated[Holder, Since("0.2")] = "person"

    @model_validator(mode="after")
    def _public_of_its_kind(self) -> "TrustedKey":
        _check_public(self.public, self.kind)
        return self

    @model_validator(mode="after")
    def _roles_of_its_holder(self) -> "TrustedKey":
        if self.holder == "person" and not self.roles:
            raise wrong("at least one role", "say in which roles the person signs", at="roles")
        _check_roles(self.roles, self.holder)
        _check_use(self.kind, self.roles, self.holder)
        return self

    def is_of(self, person: str) -> bool:
        """Whether the key belongs to this person, under any of their names."""
        return any(same_person(name, person) for name in (self.person, *self.also))

    def serves(self, role: str) -> bool:
        """Whether the person may sign in this role."""
        return any(same_role(mine, role) for mine in self.roles)


AsideCode = Literal["role_of_the_house", "person_of_the_house", "key_of_the_house"]
"""Why a project's word on a key does not count: the house gives the role, knows the person, or has the key itself."""


class SetAsideKey(Noun):
    """A key that a project, or a home below a house, trusts, and the roles in which that does not count."""

    key: KeyId
    person: ShownText
    roles: Many[ShownText]
    because: AsideCode


class Keyring(Noun):
    """All trusted keys, each listed once. `set_aside`: what lower places trust and the house does not let count."""

    keys: Many[TrustedKey] = ()
    set_aside: Annotated[Many[SetAsideKey], Since("0.2")] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "Keyring":
        if len({key.key for key in self.keys}) != len(self.keys):
            raise wrong("each key once", "one key stands for one person", at="keys")
        return self

    def find(self, key: str) -> TrustedKey | None:
        """The trusted key with this id."""
        return next((trusted for trusted in self.keys if trusted.key == key), None)

    def aside(self, key: str) -> SetAsideKey | None:
        """What was set aside of this key."""
        return next((aside for aside in self.set_aside if aside.key == key), None)

    def one_person(self, person: str, other: str) -> bool:
        """Whether two names belong to one person, according to the keys, or to readers who cannot tell them apart."""
        if same_person(person, other) or looks_like(person, other):
            return True
        return any(_reads_as(key, person) and _reads_as(key, other) for key in self.keys)


def _reads_as(key: TrustedKey, person: str) -> bool:
    return key.is_of(person) or any(looks_like(name, person) for name in (key.person, *key.also))


class Signature(Noun):
    """Which key signed, and its signature: 64 bytes in hexadecimal digits, or base64 of what `ssh-keygen -Y sign` makes, or of
    what a browser returns for a passkey.
    """

    key: KeyId
    signature: str
    kind: Annotated[KeyKind, Since("0.2")] = "ed25519"

    @model_validator(mode="after")
    def _form_of_its_kind(self) -> "Signature":
        if self.kind == "sigstore":
            raise wrong(
                "`ed25519`, `sshsig` or `webauthn`",
                "a key of sigstore signs release units, and no word",
                at="kind",
            )
        if self.kind == "ed25519" and not _HEX_SIGNATURE.fullmatch(self.signature):
            raise wrong("128 hexadecimal digits", "ask for it again", at="signature")
        if self.kind == "sshsig" and not (
            len(self.signature) <= LONGEST and _BASE64.fullmatch(self.signature)
        ):
            raise wrong("a signature of ssh-keygen in base64", "ask for it again", at="signature")
        if self.kind == "webauthn":
            _check_assertion(self.signature)
        return self


def _check_assertion(signature: str) -> None:
    try:
        assertion(signature)
    except NotInForm as fault:
        raise wrong(str(fault), fault.next_move, at="signature") from None
