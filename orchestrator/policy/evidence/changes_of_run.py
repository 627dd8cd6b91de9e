"""The changes of one run, as its events tell them.

Each worker imports this and none of what compares changes with baselines, which knows all of a deployment and takes a
tenth of a second to import.
"""

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.run_evidence import RunEvidence
from orchestrator.domain.evidence.task_changes import Change, ChangesOn


def changes_of_run(request: AttemptRequest, evidence: RunEvidence) -> tuple[ChangesOn, ...]:
    """The changes of a run; where its events have a gap, what came after it is unseen on all of its hosts."""
    if not evidence.gaps:
        return evidence.changes
    unseen = Change.of_valid(kind="unseen", name=request.attempt)
    return (*evidence.changes, ChangesOn.of_valid(hosts=request.hosts, changes=(unseen,)))
