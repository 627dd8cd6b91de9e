"""The words about keys that sign, and about signatures of passkeys that are none of the key and the text."""

from collections.abc import Iterable, Mapping

from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.webauthn_form import PasskeyFault, assertion
from orchestrator.domain.text.model_base import NotInForm

SHORT = 16

FAULTS: Mapping[PasskeyFault, str] = {
    "not_of_a_signature": "the browser asked for something else than a signature",
    "other_payload": "it is of another text than the one that is to be signed",
    "embedded_page": "the page was shown within a page of another site",
    "other_origin": "the page was of another address than the service's, or came without TLS",
    "other_service": "the authenticator signed for another service",
    "nobody_there": "the authenticator does not say that somebody was there",
    "not_verified": "the authenticator did not verify the person, by a PIN, a finger or a face",
    "strange_flags": "the authenticator says what no passkey says",
}


def passkey_words(faults: Iterable[PasskeyFault]) -> str:
    """Every fault in one sentence, without its full stop."""
    return "; ".join(FAULTS[fault] for fault in faults)


def key_words(signature: Signature) -> str:
    """Such as `key 0a1b2c3d4e5f6071`, or `passkey 0a1b2c3d4e5f6071 (synced)`, which its owner may have on several devices."""
    return key_name(signature) if signature.kind == "webauthn" else f"key {key_name(signature)}"


def key_name(signature: Signature) -> str:
    """The same below a heading that says `key`."""
    short = signature.key[:SHORT]
    if signature.kind != "webauthn":
        return short
    try:
        synced = assertion(signature.signature).on_several_devices
    except NotInForm:
        synced = False
    return f"passkey {short}{' (synced)' if synced else ''}"
