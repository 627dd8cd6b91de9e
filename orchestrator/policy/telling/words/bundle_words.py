"""The sentences about sigstore bundles that do not show who signed a release unit."""

from orchestrator.domain.evidence.bundle_finding import BundleCode, BundleError
from orchestrator.domain.text.plain_text import plain

_SIGN = "sign the unit with a key that is trusted here"
FINDINGS: dict[BundleCode, tuple[str, str]] = {
    "bundle.not_read": ("the sigstore bundle cannot be read: {value}", "take the file that cosign wrote"),
    "bundle.other_format": (
        "the file is no sigstore bundle of a version from 0.1 to 0.3: {value}",
        "sign with cosign sign-blob --new-bundle-format, or cosign 3",
    ),
    "bundle.keyless": (
        "the sigstore bundle is keyless (a certificate names its signer), and keyless is not verified here",
        _SIGN,
    ),
    "bundle.no_key": ("the sigstore bundle names no key", _SIGN),
    "bundle.not_one_content": (
        "the sigstore bundle holds not exactly one of messageSignature and dsseEnvelope",
        "take the file that cosign wrote",
    ),
    "bundle.not_one_signature": (
        "the envelope of the sigstore bundle has {value} signatures, and counts with one",
        "take the file that cosign wrote",
    ),
    "bundle.other_algorithm": (
        "the sigstore bundle has a digest of {value}, and SHA2_256 is asked for",
        "sign with an ECDSA P-256 key",
    ),
    "bundle.other_file": (
        "the sigstore bundle is of another file, with the digest {value}",
        "take the bundle of the unit",
    ),
    "bundle.key_not_trusted": (
        "the sigstore bundle is by no key that is trusted for it here{value}",
        "have it trusted: orch keys trust cosign.pub --machine NAME",
    ),
    "bundle.key_revoked": ("the key of {value} was revoked", _SIGN),
    "bundle.key_expired": ("the key of {value} expired", _SIGN),
    "bundle.bad_signature": (
        "the signature in the name of {value} is bad",
        "find out who made it before you deploy anything of it",
    ),
    "bundle.too_large": (
        "the sigstore bundle is an Ed25519 signature over all bytes of the unit, of which at most {value} are verified",
        "sign with an ECDSA P-256 key, or a statement: cosign attest-blob",
    ),
    "bundle.not_a_statement": (
        "the envelope of the sigstore bundle holds no in-toto statement",
        "take the file that cosign wrote",
    ),
    "bundle.other_subjects": (
        "the signed statement is about other files: none of its subjects has the unit's digest",
        "take the bundle of the unit",
    ),
    "bundle.other_predicate": (
        "the signed statement says {value} of the unit, which vouches for nothing",
        "sign the unit, or a statement of who built or released it",
    ),
}


def finding_words(error: BundleError) -> str:
    """What was seen and the next move, with the code."""
    seen, move = FINDINGS[error.code]
    return f"{seen.format(value=plain(error.value, 300))}; {move} ({error.code})"
