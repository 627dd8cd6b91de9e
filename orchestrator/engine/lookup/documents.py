"""The model and the policy of a deployment as documents: their files, and the approvals beside them."""

from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder


def documents_of(ports: Ports, d: Deployment, keyring: Keyring) -> tuple[PresentedDocument, ...]:
    """The documents as they are now, with the answers of their signatures. Raises PlanFault for faulty files.

    Nothing is read where neither rule says anything of documents.
    """
    policy, model = d.authority.policy, d.authority.model
    demanded = policy is not None and policy.documents is not None
    controlled = any(rule is not None and rule.document is not None for rule in (policy, model))
    if not demanded and not controlled:
        return ()
    return ports.keys.documents(ports.authority.governing(d.plan, folder(d.project)).documents, keyring)
