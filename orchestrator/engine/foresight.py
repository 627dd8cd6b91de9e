"""What admission would be asked of a plan of which no deployment is open yet; nothing is put on any journal."""

from orchestrator.domain.events import Recorded
from orchestrator.domain.fold import fold
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.engine.admission import question_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import planned
from orchestrator.policy.admission_question import Question


def question_ahead(ports: Ports, prepared: PreparedPlan) -> Question:
    """The question of a deployment that somebody would start now. Raises PlanFault for faulty keys or certificates."""
    now = ports.clock.now()
    event = planned(prepared, by="somebody")
    return question_of(ports, fold([Recorded(deployment="ID", seq=1, at=now, event=event)]), now)
