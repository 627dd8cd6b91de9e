"""What visits to hosts without ssh are made with."""

from dataclasses import dataclass

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import BaselineScope


@dataclass(frozen=True, slots=True)
class VisitGround:
    """With what visits through Ansible are made: a request without hosts and questions, and the scope of the baseline.

    The request's `machines` are those of which there is a baseline: another one at a host's place is not that host.
    """

    request: AttemptRequest
    scope: BaselineScope
