"""Verifies the signatures that a record shows, by the keys that are trusted now."""

from collections.abc import Iterable, Mapping

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.admission_facts import verified
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.policy.authority.signature_states import StatementSignature, signature_state
from orchestrator.policy.authority.word_checks import recorded_statements


def signatures_of(
    ports: Ports, d: Deployment, records: Iterable[Recorded]
) -> Mapping[SignedApproval, StatementSignature]:
    """Each signed statement of a journal with the worth of its signature. Raises PlanFault for faulty keys."""
    signed = [each.signed for each in recorded_statements(records) if each.signed is not None]
    if not signed:
        return {}
    keyring = ports.keys.keyring(folder(d.project))
    return {
        presented.signed: signature_state(presented, keyring)
        for presented in verified(ports, signed, keyring)
    }
