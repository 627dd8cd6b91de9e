"""The admission question for a plan without an open deployment; nothing is put on a journal."""

from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import planned
from orchestrator.policy.authority.admission_question import Question


def question_ahead(ports: Ports, prepared: PreparedPlan) -> Question:
    """The question for a deployment that would start now. Raises PlanFault for faulty keys or certificates."""
    now = ports.clock.now()
    event = planned(prepared, by="somebody")
    return question_of(ports, fold([Recorded(deployment="ID", seq=1, at=now, event=event)]), now)
