"""Signatures of passkeys (WebAuthn): whether they are good, and the signature in what a browser answered.

This is `cryptography` alone: whoever only verifies needs nothing of a web service.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.webauthn_form import Assertion, assertion, assertion_of, faults_of
from orchestrator.domain.authority.webauthn_key import Passkey, from_base64url, in_base64url, passkey
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.errors import Refused
from orchestrator.policy.telling.words.passkey_words import passkey_words

LARGEST_ANSWER = 64 * 1024
"""Bytes of what a browser answers; a few thousand are usual."""
_KEPT = 4096
_NOTHING = "Nothing was signed"


@lru_cache(maxsize=_KEPT)
def passkey_verifies(public: str, signature: str, payload: bytes) -> bool:
    """Whether this passkey (its line) made this signature (base64) of exactly these bytes. Nothing is raised."""
    try:
        key, made = passkey(public), assertion(signature)
    except NotInForm:
        return False
    return not faults_of(made, key, payload) and _made_by(key, made)


def passkey_of_id(key: str, public: str, signature: str, payload: bytes) -> bool:
    """The same, where the line must be of the key with this id."""
    try:
        return passkey(public).key == key and passkey_verifies(public, signature, payload)
    except NotInForm:
        return False


def signature_of(answer: bytes, public: str, payload: bytes) -> Signature:
    """The signature in what a browser answered when it was asked to sign these bytes (AuthenticationResponseJSON).

    `public` is the line of the person's passkey. It is verified before it is given away. Raises Refused with every reason.
    """
    key = passkey(public)
    try:
        made = _answered(answer, key)
    except NotInForm as fault:
        raise Refused(f"{_NOTHING}: expected {fault}; {fault.next_move}.") from None
    faults = faults_of(made, key, payload)
    if faults:
        raise Refused(f"{_NOTHING}: {passkey_words(faults)}. Sign it again in the browser.")
    if not _made_by(key, made):
        raise Refused(f"{_NOTHING}: it is no signature of passkey {key.key[:16]}. Sign it with that one.")
    return Signature(key=key.key, signature=made.text, kind="webauthn")


def _answered(answer: bytes, key: Passkey) -> Assertion:
    """The assertion of a browser's answer, by the credential that was asked for. Raises NotInForm."""
    expected = NotInForm("what a browser answers about a passkey, as JSON", "sign it again in the browser")
    try:
        whole = read_object(answer, most_bytes=LARGEST_ANSWER)
    except ForeignJsonError:
        raise expected from None
    response = whole.get("response")
    if not isinstance(response, dict) or whole.get("type") != "public-key":
        raise expected
    if whole.get("rawId", whole.get("id")) != in_base64url(key.credential):
        raise NotInForm(f"an answer by passkey {key.key[:16]}", "choose that one when the browser asks")
    parts = [response.get(name) for name in ("authenticatorData", "clientDataJSON", "signature")]
    raw = [from_base64url(part) if isinstance(part, str) else None for part in parts]
    return assertion_of(raw[0] or b"", raw[1] or b"", raw[2] or b"")


def _made_by(key: Passkey, made: Assertion) -> bool:
    try:
        public = load_der_public_key(key.der)
        if key.algorithm == "es256" and isinstance(public, EllipticCurvePublicKey):
            public.verify(made.signature, made.signed, ECDSA(SHA256()))
        elif key.algorithm == "ed25519" and isinstance(public, Ed25519PublicKey):
            public.verify(made.signature, made.signed)
        elif key.algorithm == "rs256" and isinstance(public, RSAPublicKey):
            public.verify(made.signature, made.signed, PKCS1v15(), SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
