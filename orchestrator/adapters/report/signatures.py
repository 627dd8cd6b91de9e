"""What a record says of the signatures that it shows."""

from collections.abc import Mapping

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.policy.authority.signature_states import StatementSignature
from orchestrator.policy.authority.word_checks import RecordedStatement

Signatures = Mapping[SignedApproval, StatementSignature]
"""Each signed statement with the worth of its signature."""


def signature_words(statement: RecordedStatement, signatures: Signatures) -> str:
    """The worth of a statement's signature, in words; empty for one that nobody signed."""
    if statement.signed is None:
        return ""
    known = signatures.get(statement.signed)
    return "signature not verified" if known is None else str(known)
