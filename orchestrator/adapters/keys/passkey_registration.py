"""New passkeys by webauthn (github.com/duo-labs/py_webauthn), an extra: what a browser is asked, and the card of its answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pydantic import ValidationError

from orchestrator.adapters.extras import to_install
from orchestrator.domain.authority.signing import PublicKeyCard
from orchestrator.domain.authority.webauthn_form import challenge_of, client_data, is_origin_of
from orchestrator.domain.authority.webauthn_key import Passkey, checked_domain, passkey, passkey_of
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.domain.text.names import BY_HAND
from orchestrator.errors import MachineLacks, Refused, UsageFault

if TYPE_CHECKING:
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

LARGEST_ANSWER = 64 * 1024
"""Bytes of what a browser answers; an attestation with certificates has 5,000."""
PATIENCE = timedelta(minutes=5)
"""How long a person may take until the browser has answered."""
MOST_OPEN = 1000
"""Challenges that wait for an answer at a time; the oldest goes."""
_MILLISECONDS = int(PATIENCE.total_seconds() * 1000)
_NOTHING = "No passkey was registered"
_AGAIN = "Begin again in the browser"


@dataclass(frozen=True, slots=True)
class Site:
    """The service for which passkeys are made. `origin`: its address as a browser shows it, such as https://orch.example.org.

    Raises UsageFault where pages of that address may not use passkeys of the domain.
    """

    rp_id: str
    origin: str
    name: str = "orch"

    def __post_init__(self) -> None:
        try:
            checked_domain(self.rp_id)
        except NotInForm as fault:
            raise UsageFault(
                f"The domain of passkeys is {self.rp_id[:80]!a}; expected {fault}; {fault.next_move}."
            ) from None
        if not is_origin_of(self.origin, self.rp_id):
            raise UsageFault(
                f"The service is at {self.origin[:200]!a}, and passkeys are for {self.rp_id}; expected https:// with that "
                "domain or one below it, or http://localhost."
            )


class Asked(NamedTuple):
    """A question for `navigator.credentials`: the challenge in it, and the options as JSON."""

    challenge: bytes
    options: str


@dataclass
class OpenChallenges:
    """The challenges of registrations that wait for an answer, by session: each is random, short-lived, and good once."""

    _waiting: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def new(self, session: str, now: datetime) -> bytes:
        """A new challenge of 32 bytes for this session; one that it had counts no more."""
        challenge = secrets.token_bytes(32)
        with self._lock:
            self._waiting.pop(session, None)
            while len(self._waiting) >= MOST_OPEN:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[session] = (challenge, now + PATIENCE)
        return challenge

    def take(self, session: str, now: datetime) -> bytes:
        """The challenge of this session, which is gone then, whatever comes of it. Raises Refused."""
        with self._lock:
            challenge, until = self._waiting.pop(session, (b"", now))
        if not challenge or until <= now:
            minutes = int(PATIENCE.total_seconds() // 60)
            raise Refused(f"{_NOTHING}: expected an answer within {minutes} minutes, once. {_AGAIN}.")
        return challenge


def registration_question(site: Site, person: str, challenge: bytes, known: Iterable[str] = ()) -> Asked:
    """What a browser is asked to make a passkey; `known` are lines of passkeys that the person has. Raises MachineLacks."""
    try:
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )
    except ImportError:
        raise _lacking() from None
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_name=person,
        challenge=challenge,
        supported_pub_key_algs=_algorithms(),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(map(passkey, known)),
    )
    return Asked(challenge, options_to_json(options))


def signing_question(public: str, payload: bytes) -> Asked:
    """What a browser is asked to sign these bytes with this passkey: their digest is the challenge. Raises MachineLacks."""
    try:
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement
    except ImportError:
        raise _lacking() from None
    key, challenge = passkey(public), challenge_of(payload)
    options = generate_authentication_options(
        rp_id=key.rp_id,
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors([key]),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Asked(challenge, options_to_json(options))


def register(
    answer: bytes, challenge: bytes, site: Site, person: str | None = None, roles: tuple[str, ...] = ()
) -> PublicKeyCard:
    """The card of a new passkey, from what a browser answered (RegistrationResponseJSON); it counts once it is trusted.

    `person` and `roles` are a request, and prove nothing. Raises Refused with the reason, MachineLacks.
    """
    try:
        made = _verified(answer, challenge, site)
        key = passkey_of(site.rp_id, made.credential_id, _der(made.credential_public_key))
        fields = {"key": key.key, "public": key.line, "kind": "webauthn", "person": person, "roles": roles}
        return PublicKeyCard.model_validate(fields, context=BY_HAND)
    except NotInForm as fault:
        raise Refused(f"{_NOTHING}: expected {fault}; {fault.next_move}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context = first.get("ctx", {})
        raise Refused(
            f"{_NOTHING}: expected {context.get('expected', first['msg'])}; {context.get('next_move', 'correct it')}."
        ) from None


def _verified(answer: bytes, challenge: bytes, site: Site) -> VerifiedRegistration:
    """What the answer registers, verified (WebAuthn, 7.1). Raises NotInForm, Refused, MachineLacks."""
    try:
        from webauthn import base64url_to_bytes, verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException
    except ImportError:
        raise _lacking() from None
    of_python = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
    foreign = (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, *of_python)
    try:
        whole = read_object(answer, most_bytes=LARGEST_ANSWER)
        _refuse_foreign_attestation(base64url_to_bytes(whole["response"]["attestationObject"]))
        made = verify_registration_response(
            credential=whole,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_algorithms(),
        )
        client = client_data(base64url_to_bytes(whole["response"]["clientDataJSON"]))
    except NotInForm:
        raise
    except ForeignJsonError as fault:
        raise Refused(f"{_NOTHING}: the browser's answer cannot be read: {fault}. {_AGAIN}.") from None
    except foreign as fault:
        reason = str(fault)[:200] if isinstance(fault, WebAuthnException) else "it has not the form"
        raise Refused(f"{_NOTHING}: the browser's answer does not do: {reason!a}. {_AGAIN}.") from None
    if client.embedded:
        raise Refused(f"{_NOTHING}: the page was shown within a page of another site. Open it by itself.")
    return made


def _refuse_foreign_attestation(raw: bytes) -> None:
    """None is asked for. What comes all the same is by the key itself, or it would have orch read certificates of strangers."""
    from webauthn.helpers import parse_attestation_object
    from webauthn.helpers.structs import AttestationFormat

    attested = parse_attestation_object(raw)
    by_itself = attested.fmt == AttestationFormat.PACKED and not attested.att_stmt.x5c
    if attested.fmt != AttestationFormat.NONE and not by_itself:
        raise Refused(f"{_NOTHING}: the device is attested by its maker, which nobody asked for. {_AGAIN}.")


def _der(cose: bytes) -> bytes:
    """A key in COSE (RFC 9052) as SubjectPublicKeyInfo. Raises NotInForm."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        public = decoded_public_key_to_cryptography(decode_credential_public_key(cose))
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise NotInForm("a key of ECDSA with P-256, of Ed25519 or of RSA", _AGAIN) from None
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _algorithms() -> list[COSEAlgorithmIdentifier]:
    """Those of a Passkey, the one that most authenticators have first."""
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Cose

    return [Cose.ECDSA_SHA_256, Cose.EDDSA, Cose.RSASSA_PKCS1_v1_5_SHA_256]


def _descriptors(keys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=key.credential) for key in keys]


def _lacking() -> MachineLacks:
    return MachineLacks(f"webauthn is not installed where orch is: {to_install('serve')}")
