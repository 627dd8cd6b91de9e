"""What a record says of the signatures that it shows."""

from collections.abc import Mapping

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.word import SignedWord
from orchestrator.policy.authority.signature_states import StatementSignature
from orchestrator.policy.authority.spoken_record import SpokenLine
from orchestrator.policy.authority.word_checks import RecordedStatement

Signatures = Mapping[SignedApproval | SignedWord, StatementSignature]
"""Each signed statement and word with the worth of its signature."""


def signature_words(statement: RecordedStatement | SpokenLine, signatures: Signatures) -> str:
    """The worth of the signature of a statement or word; empty for one that nobody signed."""
    if statement.signed is None:
        return ""
    known = signatures.get(statement.signed)
    return "signature not verified" if known is None else str(known)
