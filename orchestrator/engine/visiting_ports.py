"""What visits to hosts without ssh are made with."""

from dataclasses import dataclass

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import BaselineScope


@dataclass(frozen=True, slots=True)
class VisitGround:
    """With what visits through Ansible are made: a request without hosts and questions, and the scope of the baseline."""

    request: AttemptRequest
    scope: BaselineScope
