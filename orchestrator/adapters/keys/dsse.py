"""DSSE envelopes by securesystemslib: a statement, and who signed exactly these bytes."""

import json
from collections.abc import Callable, Iterable

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, UnverifiedSignatureError
from securesystemslib.signer import Key, Signature, SSlibKey

from orchestrator.domain.seal.sealed_record import PAYLOAD_TYPE
from orchestrator.domain.seal.signed_note import NoteKey
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json


def envelope_of(statement: bytes, key: NoteKey, sign: Callable[[bytes], bytes]) -> bytes:
    """The envelope as JSON; `keyid` is the name of the key."""
    envelope = Envelope(statement, PAYLOAD_TYPE, {})
    envelope.signatures[key.name] = Signature(key.name, sign(envelope.pae()).hex())
    return json.dumps(envelope.to_dict(), indent=1).encode() + b"\n"


def payload_of(content: bytes) -> bytes:
    """The statement in an envelope, whoever signed it. Raises ValueError for another form."""
    return _envelope(content).payload


def signers_of(content: bytes, keys: Iterable[str]) -> frozenset[str]:
    """Those of these keys whose good signature an envelope bears. Raises ValueError for another form."""
    envelope = _envelope(content)
    return frozenset(text for text in keys if _signed(envelope, NoteKey.read(text)))


def _signed(envelope: Envelope, key: NoteKey) -> bool:
    signature = envelope.signatures.get(key.name)
    known: Key = SSlibKey(key.name, "ed25519", "ed25519", {"public": key.public.hex()})
    if signature is None:
        return False
    try:
        known.verify_signature(signature, envelope.pae())
    except UnverifiedSignatureError:
        return False
    return True


def _envelope(content: bytes) -> Envelope:
    try:
        form = read_json(content)
        envelope = Envelope.from_dict(form)
    except (ForeignJsonError, FormatError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ValueError(f"no DSSE envelope: {fault}") from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError(f"its payload is of the type {envelope.payload_type}, not {PAYLOAD_TYPE}")
    return envelope
