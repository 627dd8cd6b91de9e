"""Takes a message of another tool about an incident, by a map."""

from orchestrator.domain.evidence.hook_answer import HookAnswer
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.incident_map import IncidentMap
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.incidents import take_in
from orchestrator.errors import OrchError
from orchestrator.policy.course.incident_mapping import mapped

WORDS = 1000
"""Characters of faults that are told."""


def take_message(ports: Ports, message: object, by: IncidentMap, name: str) -> HookAnswer:
    """Put the incident on the journal of the house, said by `name`. Raises nothing that a store or a message can cause."""
    if not isinstance(message, dict):
        return HookAnswer("incident", "expected an object, found something else")
    fields = mapped(message, by)
    if fields.faults:
        return HookAnswer("incident", plain("; ".join(fields.faults), WORDS))
    if "id" not in fields.fields:
        return HookAnswer("incident", "id: expected one, found nothing")
    try:
        taken = take_in(ports, fields.fields, name=name)
    except OrchError:
        return HookAnswer("store", "it cannot be written down now; send it again")
    if isinstance(taken, Incident):
        return HookAnswer("taken", f"{taken.id} is written down")
    if taken is None:
        return HookAnswer("unchanged", f"{fields.fields['id']} is written down already")
    return HookAnswer("incident", plain("; ".join(taken), WORDS))
