"""Ed25519 (RFC 8032): keys and signatures; and whether signatures of any kind are good."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from orchestrator.adapters.keys.passkeys import passkey_of_id
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.ssh_programs import NAMESPACE, ssh_verifies
from orchestrator.domain.authority import approval as approvals
from orchestrator.domain.authority import document_approval as documents
from orchestrator.domain.authority import rehearsal as certificates
from orchestrator.domain.authority import word as words
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import SignedDocument
from orchestrator.domain.authority.git_statement import git_payload
from orchestrator.domain.authority.git_word import NAMESPACE as GIT
from orchestrator.domain.authority.rehearsal import PresentedCertificate, SignedCertificate
from orchestrator.domain.authority.signing import Keyring, Signature, SignatureAnswer, TrustedKey, key_id
from orchestrator.domain.authority.ssh_form import ssh_public_key, ssh_signature
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.errors import UsageFault


class SigningKey(Signer):
    """A private Ed25519 key, in memory."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def new(cls) -> "SigningKey":
        """A new random key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> "SigningKey":
        """The key in a PKCS 8 file. Raises UsageFault if the file holds no such key or the passphrase is wrong."""
        try:
            private = load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            what = "this passphrase" if passphrase else "a passphrase, where it has one"
            raise UsageFault(f"No private key can be read from it with {what}; check both.") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise UsageFault("It holds a key of another kind than Ed25519; make one with orch keys new.")
        return cls(private)

    @staticmethod
    def is_locked(pem: bytes) -> bool:
        """Whether a PKCS 8 file needs a passphrase (RFC 7468, 11)."""
        return pem.lstrip().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")

    def pem(self, passphrase: bytes | None = None) -> bytes:
        """The key as PKCS 8, encrypted if there is a passphrase."""
        how: KeySerializationEncryption = (
            BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        )
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)

    @property
    def public(self) -> str:
        """The public key's 32 bytes in hexadecimal digits."""
        return self._private.public_key().public_bytes_raw().hex()

    @property
    def key(self) -> str:
        """The key's id."""
        return key_id(self.public)

    def sign(self, payload: bytes) -> Signature:
        """The signature of exactly these bytes."""
        return Signature(key=self.key, signature=self._private.sign(payload).hex())


def presented_approval(signed: SignedApproval, keyring: Keyring) -> PresentedApproval:
    """The approval with the answer of its verification; a signature by an untrusted key is bad."""
    if signed.evidence is None:
        answer = verify(keyring, signed.signature, approvals.payload(signed.approval))
    else:
        payload = git_payload(signed)
        answer = "bad" if payload is None else verify(keyring, signed.signature, payload, GIT)
    return PresentedApproval(signed=signed, answer=answer)


def presented_certificate(signed: SignedCertificate, keyring: Keyring) -> PresentedCertificate:
    """The certificate with the answer of its verification."""
    answer = verify(keyring, signed.signature, certificates.payload(signed.certificate))
    return PresentedCertificate(signed=signed, answer=answer)


def presented_word(signed: SignedWord, keyring: Keyring) -> PresentedWord:
    """The word with the answer of its verification."""
    return PresentedWord(signed=signed, answer=verify(keyring, signed.signature, words.payload(signed.word)))


def document_answer(signed: SignedDocument, keyring: Keyring) -> SignatureAnswer:
    """Whether the approval of a model or policy has a good signature; one by an untrusted key is bad."""
    return verify(keyring, signed.signature, documents.payload(signed.document))


def verify(
    keyring: Keyring, signature: Signature, payload: bytes, namespace: str = NAMESPACE
) -> SignatureAnswer:
    """Whether a trusted key made this signature of exactly these bytes; `namespace` is the purpose in an ssh signature.

    Raises MachineLacks where OpenSSH cannot be asked.
    """
    trusted = keyring.find(signature.key)
    if trusted is None or trusted.kind != signature.kind:
        return "bad"
    if signature.kind == "sshsig":
        return "good" if _ssh_good(trusted, signature.signature, payload, namespace) else "bad"
    if namespace != NAMESPACE:
        return "bad"
    if signature.kind == "webauthn":
        good = passkey_of_id(trusted.key, trusted.public, signature.signature, payload)
        return "good" if good else "bad"
    if key_id(trusted.public) != trusted.key:
        return "bad"
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted.public))
        public.verify(bytes.fromhex(signature.signature), payload)
    except (InvalidSignature, ValueError):
        return "bad"
    return "good"


def _ssh_good(trusted: TrustedKey, signature: str, payload: bytes, namespace: str) -> bool:
    """Its form first, so that only what can be good costs a process; ssh-keygen itself does not ask for a touch."""
    try:
        key = ssh_public_key(trusted.public)
        fits = ssh_signature(signature).fits(key, namespace)
    except NotInForm:
        return False
    return fits and key.key == trusted.key and ssh_verifies(key, namespace, signature, payload)
