"""Puts events on the journal of the house, which concerns every deployment."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import HOUSE, Event, PolicyAdopted
from orchestrator.domain.text.names import as_read
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.project_folder import folder
from orchestrator.errors import Conflict
from orchestrator.policy.authority.policy_memory import remembered

RETRIES = 50
FIRST_USE = "the first deployment under it"


def append_to_house(journal: Journal, *events: Event) -> None:
    """Append the events together, retrying when others write at the same time. Raises Conflict when they do so without end."""
    for _ in range(RETRIES):
        try:
            journal.append(HOUSE, len(journal.read(HOUSE)), events)
        except Conflict:
            continue
        return
    raise Conflict("The journal of the house is written to by others without end; try again.")


def adopt_by_first_use(ports: Ports, d: Deployment) -> None:
    """Bring the policy of a deployment that started into force, if the house knows none of its name."""
    policy, journal = d.authority.policy, ports.journal
    if policy is None or remembered(journal.read(HOUSE)).get(as_read(policy.policy)) is not None:
        return
    keyed = bool(ports.keys.keyring(folder(d.project)).keys)
    adopted = PolicyAdopted(
        policy=policy, by=d.by, reason=FIRST_USE, deployment=d.id, project=d.project, keyed=keyed
    )
    append_to_house(journal, adopted)
