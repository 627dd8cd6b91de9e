"""Ed25519 (RFC 8032): keys, signatures, and signed approvals and certificates."""

import hashlib

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

from orchestrator.domain.authority import approval as approvals
from orchestrator.domain.authority import rehearsal as certificates
from orchestrator.domain.authority.approval import ApprovalStatement, PresentedApproval, SignedApproval
from orchestrator.domain.authority.rehearsal import Certificate, PresentedCertificate, SignedCertificate
from orchestrator.domain.authority.signing import Keyring, Signature, SignatureAnswer
from orchestrator.errors import Refused, UsageFault


class SigningKey:
    """A private key, in memory."""

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

    def approve(self, approval: ApprovalStatement) -> SignedApproval:
        """The signed approval. Raises Refused if the approval names another key."""
        self._refuse_other(approval.key)
        return SignedApproval(approval=approval, signature=self.sign(approvals.payload(approval)))

    def certify(self, certificate: Certificate) -> SignedCertificate:
        """The signed certificate. Raises Refused if the certificate names another key."""
        self._refuse_other(certificate.key)
        signature = self.sign(certificates.payload(certificate))
        return SignedCertificate(certificate=certificate, signature=signature)

    def _refuse_other(self, key: str) -> None:
        if key != self.key:
            raise Refused(f"What is to be signed names key {key[:16]}, and this is {self.key[:16]}.")

    def sign(self, payload: bytes) -> Signature:
        """The signature of exactly these bytes; their prefix says what kind of statement they are."""
        return Signature(key=self.key, signature=self._private.sign(payload).hex())


def key_id(public: str) -> str:
    """The id of a public key in hexadecimal digits."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


def presented_approval(signed: SignedApproval, keyring: Keyring) -> PresentedApproval:
    """The approval with the answer of its verification; a signature by an untrusted key is bad."""
    answer = verify(keyring, signed.signature, approvals.payload(signed.approval))
    return PresentedApproval(signed=signed, answer=answer)


def presented_certificate(signed: SignedCertificate, keyring: Keyring) -> PresentedCertificate:
    """The certificate with the answer of its verification."""
    answer = verify(keyring, signed.signature, certificates.payload(signed.certificate))
    return PresentedCertificate(signed=signed, answer=answer)


def verify(keyring: Keyring, signature: Signature, payload: bytes) -> SignatureAnswer:
    """Whether a trusted key made this signature of exactly these bytes."""
    trusted = keyring.find(signature.key)
    if trusted is None or key_id(trusted.public) != trusted.key:
        return "bad"
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted.public))
        public.verify(bytes.fromhex(signature.signature), payload)
    except (InvalidSignature, ValueError):
        return "bad"
    return "good"
