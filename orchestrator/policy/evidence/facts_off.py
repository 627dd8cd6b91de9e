"""What a person is told whose playbook reads facts as variables of their own, where the plan does not allow it."""

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.evidence.fact_names import plain_form, undefined_facts


def ways_out(allowance: Allowance, message: str) -> str:
    """What is added to the message of a task that failed for such a fact; empty for any other."""
    name = next(undefined_facts(message), None)
    if name is None or allowance.injected_facts:
        return ""
    move = f"write {plain_form(name)}, or `allow: {{injected_facts: true}}` in the plan"
    return f". Facts are no variables of their own here: {move}"
