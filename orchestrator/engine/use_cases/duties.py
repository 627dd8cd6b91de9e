"""Say that work which hangs on a removal or transfer is done; the record closes with the last of it."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.signed_words import closed_where_done
from orchestrator.errors import Refused, UsageFault
from orchestrator.policy.course.duties import open_work, work_of


def say_done(ports: Ports, deployment: str, number: int, *, by: str, note: str) -> Deployment:
    """Put the word on the journal; `number` counts the work of the deployment from 1.

    Raises NotFound; UsageFault for a number that there is not; Refused if nothing is due, or that is done already.
    """
    d = find_to_change(ports, deployment)
    work = work_of(d)
    if not work:
        raise Refused(f"{d.id} is {d.state.value}: no work hangs on it.")
    if not 1 <= number <= len(work):
        raise UsageFault(f"Expected a number from 1 to {len(work)}, found {number}: orch done {d.id}.")
    duty = work[number - 1]
    if duty not in open_work(d):
        raise Refused(f"{duty.component}, {duty.area}, is done already: orch done {d.id}.")
    d = signal(ports, d.id, e.DutyDone(duty=duty.path, by=by, note=note))
    return closed_where_done(ports, d, by=by)
