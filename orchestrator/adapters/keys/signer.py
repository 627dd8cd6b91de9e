"""What signs: a private key at hand, whatever kind it is and wherever it is kept."""

from abc import ABC, abstractmethod

from orchestrator.domain.authority import approval as approvals
from orchestrator.domain.authority import document_approval as documents
from orchestrator.domain.authority import rehearsal as certificates
from orchestrator.domain.authority import word as words
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.document_approval import DocumentStatement, SignedDocument
from orchestrator.domain.authority.rehearsal import Certificate, SignedCertificate
from orchestrator.domain.authority.signing import KeyKind, Signature
from orchestrator.domain.authority.word import SignedWord, WordStatement
from orchestrator.errors import Refused


class Signer(ABC):
    """A private key that can sign here. `place` is where it is kept, in words."""

    kind: KeyKind = "ed25519"
    place: str = "memory"

    @property
    @abstractmethod
    def public(self) -> str:
        """The public key, as a trusted key has it."""

    @property
    @abstractmethod
    def key(self) -> str:
        """The key's id."""

    @abstractmethod
    def sign(self, payload: bytes) -> Signature:
        """The signature of exactly these bytes. Raises Refused, UsageFault, MachineLacks."""

    def unlock(self) -> None:  # noqa: B027 (most keys ask for nothing)
        """Ask now for what would be asked at the first signature, before work that takes long."""

    def approve(self, approval: ApprovalStatement) -> SignedApproval:
        """The signed approval. Raises Refused if the approval names another key."""
        self._refuse_other(approval.key)
        return SignedApproval(approval=approval, signature=self.sign(approvals.payload(approval)))

    def certify(self, certificate: Certificate) -> SignedCertificate:
        """The signed certificate. Raises Refused if the certificate names another key."""
        self._refuse_other(certificate.key)
        return SignedCertificate(
            certificate=certificate, signature=self.sign(certificates.payload(certificate))
        )

    def approve_document(self, document: DocumentStatement) -> SignedDocument:
        """The signed approval of a model or policy. Raises Refused if it names another key."""
        self._refuse_other(document.key)
        return SignedDocument(document=document, signature=self.sign(documents.payload(document)))

    def speak(self, word: WordStatement) -> SignedWord:
        """The signed word. Raises Refused if the word names another key."""
        self._refuse_other(word.key)
        return SignedWord(word=word, signature=self.sign(words.payload(word)))

    def _refuse_other(self, key: str) -> None:
        if key != self.key:
            raise Refused(f"What is to be signed names key {key[:16]}, and this is {self.key[:16]}.")
