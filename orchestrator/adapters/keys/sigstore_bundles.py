"""Verifies sigstore bundles and DSSE envelopes by trusted keys, offline. Certificates and transparency logs are not asked."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from orchestrator.domain.authority.signing import Keyring, TrustedKey, key_id
from orchestrator.domain.authority.sigstore_key import is_hinted, sigstore_public_key
from orchestrator.domain.evidence.bundle_finding import BundleError
from orchestrator.domain.text.format import size_words
from orchestrator.policy.planning.build_record import statement_of, vouches
from orchestrator.policy.planning.sigstore_bundle import (
    Bundle,
    Envelope,
    SignedDigest,
    bundle_in,
    signed_bytes,
)

LARGEST_BUNDLE = 1 << 20
LARGEST_RAW = 64 << 20
"""Bytes of a unit under a plain Ed25519 signature, which is over the whole file in memory (RFC 8032, 5.1.7)."""
_ED25519_SIGNATURE = 64


def bundle_signer(content: bytes, file: Path, sha256: str, keyring: Keyring, now: datetime) -> TrustedKey:
    """The trusted key whose bundle this is, for the unit with this digest. Raises BundleError, OSError."""
    # 1. Its form: one content, one signature, a key instead of a certificate.
    bundle = bundle_in(content, LARGEST_BUNDLE)
    # 2. It is about this unit, and says something that vouches for it.
    if isinstance(bundle.content, SignedDigest):
        if bundle.content.sha256 != sha256:
            raise BundleError("bundle.other_file", bundle.content.sha256)
    else:
        _refuse_other_statement(bundle.content, sha256)
    # 3. A key that is trusted made the signature, and counts now.
    return _refuse_ended(_signer(bundle, file, sha256, keyring), now)


def envelope_signer(envelope: Envelope, hint: str, keyring: Keyring, now: datetime) -> TrustedKey | None:
    """The trusted key that signed an envelope; None where no trusted key did.

    Raises BundleError where a signature in the name of a trusted key is bad, or the key ended.
    """
    for signature in envelope.signatures:
        key = _maker_of_envelope(signature.signature, envelope, signature.hint or hint, keyring)
        if key is not None:
            return _refuse_ended(key, now)
    return None


def _refuse_other_statement(envelope: Envelope, sha256: str) -> None:
    statement = statement_of(envelope)
    if statement is None:
        raise BundleError("bundle.not_a_statement")
    if sha256 not in statement.subjects:
        raise BundleError("bundle.other_subjects")
    if not vouches(statement):
        raise BundleError("bundle.other_predicate", statement.predicate_type or "nothing")


def _signer(bundle: Bundle, file: Path, sha256: str, keyring: Keyring) -> TrustedKey:
    content, hint = bundle.content, bundle.hint
    if isinstance(content, SignedDigest):
        read = cache(lambda: _small(file, sha256))
        key = _maker(content.signature, bytes.fromhex(sha256), read, hint, keyring)
    else:
        ((signature, keyid),) = content.signatures
        key = _maker_of_envelope(signature, content, hint or keyid, keyring)
    if key is None:
        raise BundleError("bundle.key_not_trusted", f": its hint is {hint}" if hint else "")
    return key


def _maker_of_envelope(
    signature: bytes, envelope: Envelope, hint: str, keyring: Keyring
) -> TrustedKey | None:
    message = signed_bytes(envelope)
    return _maker(signature, hashlib.sha256(message).digest(), lambda: message, hint, keyring)


def _maker(
    signature: bytes, hashed: bytes, message: Callable[[], bytes], hint: str, keyring: Keyring
) -> TrustedKey | None:
    """The key that the hint names, else any: a hint may be a word of its signer's choice. ECDSA needs no message."""
    keys = sorted((key for key in keyring.keys if key.kind == "sigstore"), key=_algorithm)
    named = [key for key in keys if is_hinted(key.key, hint)]
    for key in named or keys:
        if _is_good(key, signature, hashed, message):
            return key
    if named:
        raise BundleError("bundle.bad_signature", named[0].person)
    return None


def _algorithm(key: TrustedKey) -> str:
    return sigstore_public_key(key.public).algorithm


def _is_good(key: TrustedKey, signature: bytes, hashed: bytes, message: Callable[[], bytes]) -> bool:
    try:
        public = load_der_public_key(sigstore_public_key(key.public).der)
        if isinstance(public, Ed25519PublicKey):
            if len(signature) != _ED25519_SIGNATURE:
                return False
            public.verify(signature, message())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, hashed, ec.ECDSA(Prehashed(SHA256())))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return key_id(key.public, key.kind) == key.key


def _small(file: Path, sha256: str) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(LARGEST_RAW + 1)
    if len(content) > LARGEST_RAW:
        raise BundleError("bundle.too_large", size_words(LARGEST_RAW))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BundleError("bundle.other_file", hashlib.sha256(content).hexdigest())
    return content


def _refuse_ended(key: TrustedKey, now: datetime) -> TrustedKey:
    if key.revoked_at is not None:
        raise BundleError("bundle.key_revoked", f"{key.person} {key.revoked_at.isoformat()}")
    if key.expires is not None and key.expires <= now:
        raise BundleError("bundle.key_expired", f"{key.person} {key.expires.isoformat()}")
    return key
