"""Verifies the signatures that a record shows, by the keys that are trusted now."""

from collections.abc import Mapping, Sequence

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.word import SignedWord
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.admission_facts import verified
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.policy.authority.signature_states import StatementSignature, signature_state
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.word_checks import recorded_statements

Signatures = Mapping[SignedApproval | SignedWord, StatementSignature]
"""Each signed statement and word with the worth of its signature."""


def signatures_of(ports: Ports, d: Deployment, records: Sequence[Recorded]) -> Signatures:
    """The signatures of a journal: of statements, and of words. Raises PlanFault for faulty keys."""
    signed = [each.signed for each in recorded_statements(records) if each.signed is not None]
    words = {line.signed: line.fits for line in spoken_lines(records) if line.signed is not None}
    if not signed and not words:
        return {}
    keyring = ports.keys.keyring(folder(d.project))
    worth: dict[SignedApproval | SignedWord, StatementSignature] = {
        presented.signed: signature_state(presented, keyring)
        for presented in verified(ports, signed, keyring)
    }
    heard = ports.keys.heard(list(words), keyring)
    worth |= {each.signed: signature_state(each, keyring, fits=words[each.signed]) for each in heard}
    return worth
