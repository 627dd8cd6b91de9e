"""Who signed a release unit or a record about it: a key of the keyring, or one in a keyring file of GnuPG (gpgv(1))."""

from datetime import datetime
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from orchestrator.adapters.keys.ed25519 import verify
from orchestrator.adapters.keys.sigstore_bundles import LARGEST_BUNDLE, bundle_signer, envelope_signer
from orchestrator.adapters.process import Ended, run
from orchestrator.domain.authority.signed_unit import SignedUnit, payload
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.evidence.bundle_finding import BundleError
from orchestrator.domain.evidence.unit_evidence import SignerSeen
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.errors import MachineLacks, Refused
from orchestrator.policy.planning.build_record import record_in
from orchestrator.policy.telling.words.bundle_words import finding_words

_LARGEST = 1 << 20
GPGV_SECONDS = 600.0
"""gpgv reads the whole unit."""
_STATUS = "[GNUPG:] "
_BAD = frozenset({"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "NO_PUBKEY"})


def signer_of(signed: SignedFile, keyring: Keyring, now: datetime) -> SignerSeen:
    """Whoever made the good signature. Raises Refused with what was seen instead, MachineLacks."""
    if signed.kind == "gpg":
        return _by_gpg(signed)
    if signed.kind == "sigstore":
        return _by_bundle(signed, keyring, now)
    return _by_trusted_key(signed, keyring, now)


def record_signer(record: bytes, keyring: Keyring, now: datetime) -> SignerSeen | None:
    """The trusted key that signed the envelope in a record, if one did. Raises Refused."""
    held = record_in(record)
    # Whoever signed what orch cannot read said nothing of the unit.
    if held.envelope is None or held.statement is None:
        return None
    try:
        key = envelope_signer(held.envelope, held.hint, keyring, now)
    except BundleError as error:
        raise Refused(finding_words(error)) from None
    return None if key is None else SignerSeen(kind="sigstore", key=key.key, person=key.person)


def _by_bundle(signed: SignedFile, keyring: Keyring, now: datetime) -> SignerSeen:
    try:
        with signed.signature.open("rb") as stream:
            content = stream.read(LARGEST_BUNDLE + 1)
        key = bundle_signer(content, signed.file, signed.sha256, keyring, now)
    except OSError as error:
        raise Refused(f"the signature cannot be read: {error.strerror}") from None
    except BundleError as error:
        raise Refused(finding_words(error)) from None
    return SignerSeen(kind="sigstore", key=key.key, person=key.person)


def _by_trusted_key(signed: SignedFile, keyring: Keyring, now: datetime) -> SignerSeen:
    try:
        with signed.signature.open("rb") as stream:
            document = SignedUnit.model_validate_json(stream.read(_LARGEST))
    except OSError as error:
        raise Refused(f"the signature cannot be read: {error.strerror}") from None
    except ValidationError:
        raise Refused("the signature has not the form that orch library sign writes") from None
    if document.unit.sha256 != signed.sha256:
        raise Refused(f"the signature is of another file, with the digest {document.unit.sha256}")
    key = keyring.find(document.signature.key)
    if key is None:
        raise Refused(f"the signature is by key {document.signature.key[:16]}, which is not trusted here")
    ended = _ended(key, now)
    if ended:
        raise Refused(f"the key of {plain(key.person, 80)} {ended}")
    if key.kind == "webauthn":
        raise Refused(
            f"the key of {plain(key.person, 80)} is a passkey, which signs decisions and words, and no release unit"
        )
    if verify(keyring, document.signature, payload(document.unit)) != "good":
        raise Refused(f"the signature in the name of {plain(key.person, 80)} is bad")
    return SignerSeen(kind="ed25519", key=key.key, person=key.person)


def _ended(key: TrustedKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"was revoked at {key.revoked_at.isoformat()}"
    if key.expires is not None and key.expires <= now:
        return f"expired at {key.expires.isoformat()}"
    return ""


def _by_gpg(signed: SignedFile) -> SignerSeen:
    if signed.keyring is None or not signed.keyring.is_file():
        raise Refused("the keyring file of the signature is not in the project")
    with TemporaryDirectory(prefix="orch-gpgv-") as home:
        command = ["gpgv", "--homedir", home, "--status-fd", "1", "--keyring", str(signed.keyring.absolute())]
        ended = run(
            [*command, "--", str(signed.signature.absolute()), str(signed.file.absolute())],
            timeout=GPGV_SECONDS,
            environment={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
        )
    if ended.exit_code is None:
        raise MachineLacks(f"`gpgv` gave no answer within {GPGV_SECONDS:.0f} s; try again.")
    return SignerSeen(kind="gpg", key=_fingerprint(ended))


def _fingerprint(ended: Ended) -> str:
    """The primary key of the one good signature; a file with several, or with any other answer, is refused."""
    lines = [line[len(_STATUS) :].split() for line in ended.output.splitlines() if line.startswith(_STATUS)]
    valid = [words[-1] for words in lines if words and words[0] == "VALIDSIG"]
    bad = sorted({words[0] for words in lines if words and words[0] in _BAD})
    if ended.exit_code == 0 and len(valid) == 1 and not bad:
        return valid[0]
    words = ", ".join(bad) or plain(" ".join(ended.errors.split()), 200) or "nothing"
    raise Refused(f"gpgv finds no one good signature by a key of the keyring file: {words}")
