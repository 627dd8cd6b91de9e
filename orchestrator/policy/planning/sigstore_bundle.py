"""The form of sigstore bundles (sigstore_bundle.proto, v0.1 to v0.3) and of DSSE envelopes; nothing is verified here."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from orchestrator.domain.evidence.bundle_finding import BundleError
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.plain_text import plain

IN_TOTO = "application/vnd.in-toto+json"
MOST_SIGNATURES = 20
"""Signatures of one envelope that are looked at."""
_MEDIA_TYPE = re.compile(
    r"application/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])", re.ASCII
)
_KEYLESS = ("certificate", "x509CertificateChain")


class EnvelopeSignature(NamedTuple):
    """One signature of an envelope; `hint` names its key, and proves nothing."""

    signature: bytes
    hint: str = ""


class Envelope(NamedTuple):
    """A DSSE envelope: its payload, and who may have signed it."""

    payload_type: str
    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]


class SignedDigest(NamedTuple):
    """A signature over the bytes of a file, with the digest that the bundle gives of it."""

    sha256: str
    signature: bytes


class Bundle(NamedTuple):
    """What was signed with a key; `hint` names the key, and proves nothing."""

    content: SignedDigest | Envelope
    hint: str


def bundle_in(content: bytes, most_bytes: int) -> Bundle:
    """The bundle in these bytes, signed with a key. Raises BundleError."""
    try:
        document = read_object(content, most_bytes=most_bytes)
    except ForeignJsonError as error:
        raise BundleError("bundle.not_read", str(error)) from None
    media_type = str(document.get("mediaType", ""))
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise BundleError("bundle.other_format", plain(media_type, 80) or "no media type")
    _refuse_without_key(document)
    message, envelope = document.get("messageSignature"), document.get("dsseEnvelope")
    if (message is None) == (envelope is None):
        raise BundleError("bundle.not_one_content")
    return Bundle(
        _signed_digest(message) if envelope is None else _one_signature(envelope), hint_in(document)
    )


def envelope_in(value: Any) -> Envelope | None:
    """The DSSE envelope in a JSON value; None where there is none that can be read."""
    if not isinstance(value, dict) or not isinstance(value.get("payloadType"), str):
        return None
    payload, signatures = _bytes(value, "payload"), value.get("signatures")
    if payload is None or not isinstance(signatures, list):
        return None
    return Envelope(value["payloadType"], payload, tuple(_signatures(signatures[:MOST_SIGNATURES])))


def is_keyless(document: Mapping[str, Any]) -> bool:
    """Whether a bundle names its signer by a certificate."""
    material = document.get("verificationMaterial")
    return isinstance(material, dict) and any(name in material for name in _KEYLESS)


def hint_in(document: Mapping[str, Any]) -> str:
    """The hint of the key that a bundle names, empty where it names none."""
    material = document.get("verificationMaterial")
    public = material.get("publicKey") if isinstance(material, dict) else None
    return _text(public, "hint") if isinstance(public, dict) else ""


def signed_bytes(envelope: Envelope) -> bytes:
    """What the signatures of an envelope are over: the pre-authentication encoding of DSSE 1."""
    kind = envelope.payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(envelope.payload), envelope.payload)


def _refuse_without_key(document: Mapping[str, Any]) -> None:
    if is_keyless(document):
        raise BundleError("bundle.keyless")
    material = document.get("verificationMaterial")
    if not isinstance(material, dict) or not isinstance(material.get("publicKey"), dict):
        raise BundleError("bundle.no_key")


def _signed_digest(message: Any) -> SignedDigest:
    digest = message.get("messageDigest") if isinstance(message, dict) else None
    if not isinstance(digest, dict):
        raise BundleError("bundle.not_read", "its messageSignature has no messageDigest")
    if digest.get("algorithm") != "SHA2_256":
        raise BundleError("bundle.other_algorithm", plain(str(digest.get("algorithm")), 40))
    value, signature = _bytes(digest, "digest"), _bytes(message, "signature")
    if value is None or not signature:
        raise BundleError("bundle.not_read", "digest and signature of its messageSignature are not base64")
    return SignedDigest(value.hex(), signature)


def _one_signature(value: Any) -> Envelope:
    envelope = envelope_in(value)
    if envelope is None:
        raise BundleError("bundle.not_read", "its dsseEnvelope has not the form of one")
    if len(value["signatures"]) != 1 or len(envelope.signatures) != 1:
        raise BundleError("bundle.not_one_signature", str(len(value["signatures"])))
    return envelope


def _signatures(values: list[Any]) -> list[EnvelopeSignature]:
    read = [
        (signature, _text(value, "keyid"))
        for value in values
        if isinstance(value, dict) and (signature := _bytes(value, "sig"))
    ]
    return [EnvelopeSignature(signature, hint) for signature, hint in read]


def _bytes(holder: Mapping[str, Any], name: str) -> bytes | None:
    value = holder.get(name)
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return plain(value, 200) if isinstance(value, str) else ""
