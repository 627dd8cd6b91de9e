"""Starts that wait for machines that another deployment holds, approvals, whatever is lacking; and starts that are detached."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.shared_resources import running_beside
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Drivers, Ports, Watcher
from orchestrator.engine.stop_in_force import refuse_while_stopped
from orchestrator.engine.use_cases import deployment_commands
from orchestrator.engine.use_cases.due_start import DueLine, begin, driven, not_admitted
from orchestrator.errors import Conflict, Refused
from orchestrator.policy.calendar.due_starts import Start
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson

LOOK = 2.0
"""Seconds between looks at the journal while a person is awaited."""
ASK_AGAIN = timedelta(seconds=30)
"""How often admission is asked again without a word on the journal: what was lacking may come from outside of it."""


def deploy_and_wait(
    ports: Ports, plan: Path, *, by: str, approvals: Mapping[str, str], watch: Watcher, patience: float
) -> Deployment:
    """As `deploy`, but what is lacking before the start is waited for, for so many seconds in all.

    Raises what `deploy` raises, and Refused where what runs beside it is not over by then.
    """
    until = ports.clock.now() + timedelta(seconds=patience)
    _until_nothing_runs_beside(ports, plan, by, until)
    d = deployment_commands.deploy(ports, plan, by=by, approvals=approvals, watch=watch)
    return wait_on(ports, d, by=by, watch=watch, until=until)


def resume_and_wait(
    ports: Ports, d: Deployment, *, by: str, watch: Watcher, patience: float, said_already: bool
) -> Deployment:
    """As `resume`, but what is lacking before the start is waited for, for so many seconds in all."""
    until = ports.clock.now() + timedelta(seconds=patience)
    d = deployment_commands.resume(ports, d.id, by=by, watch=watch, said_already=said_already)
    return wait_on(ports, d, by=by, watch=watch, until=until)


def wait_on(ports: Ports, d: Deployment, *, by: str, watch: Watcher, until: datetime) -> Deployment:
    """Drive on as soon as it may start; return it as it is when the time is over, or when a person stops it."""
    asked = ports.clock.now()
    while _waits_for_start(d) and ports.clock.now() < until:
        ports.clock.sleep(LOOK)
        d, now = folded(ports.journal, d.id), ports.clock.now()
        if not _waits_for_start(d):
            return d
        spoken = not isinstance(next_step(d, now), WaitForPerson)
        if not spoken and now - asked < ASK_AGAIN:
            continue
        asked = now
        if spoken or _may_start(ports, d, now):
            d = deployment_commands.resume(ports, d.id, by=by, watch=watch, said_already=True)
    return d


def deploy_detached(
    ports: Ports, drivers: Drivers, plan: Path, *, by: str, approvals: Mapping[str, str]
) -> DueLine:
    """Check the plan, open a deployment of it, and leave it to a process of its own. Raises what `deploy` raises."""
    name = deployment_commands.opened(ports, plan, by=by, approvals=approvals)
    return begin(ports, drivers, folded(ports.journal, name), Start(), by)


def resume_detached(ports: Ports, drivers: Drivers, d: Deployment, *, by: str) -> DueLine:
    """Leave the deployment to a process of its own. Raises Conflict while another drives it, Refused where it is over."""
    refuse_while_stopped(ports.journal)
    if d.over:
        raise Refused(f"{d.id} is {d.state.value}: there is nothing to go on with.")
    if driven(ports, d.id):
        raise Conflict(f"{d.id} is driven by another process; follow it: orch watch {d.id}")
    return begin(ports, drivers, d, Start(), by)


def _until_nothing_runs_beside(ports: Ports, plan: Path, by: str, until: datetime) -> None:
    """The plan is checked again after each wait: files may have changed. Raises Refused when the time is over."""
    while any(not each.over for each in briefs(ports.journal)):
        prepared = prepare_plan(ports, plan)
        deployment_commands.refuse_second(ports.journal, prepared)
        now = ports.clock.now()
        planned = deployment_commands.planned(prepared, by=by)
        company = running_beside(ports, fold([Recorded(deployment="new", seq=1, at=now, event=planned)]), now)
        if not company:
            return
        if now >= until:
            raise Refused(f"{'; '.join(map(str, company))}. Nothing was started.")
        ports.clock.sleep(ASK_AGAIN.total_seconds())


def _waits_for_start(d: Deployment) -> bool:
    """It has not begun, and no person has said that it must not."""
    stopped = d.driving.paused or d.driving.stopped or d.driving.aborting or d.driving.hold
    return not d.over and d.authority.opened_at is None and not stopped


def _may_start(ports: Ports, d: Deployment, now: datetime) -> bool:
    return not_admitted(ports, d, now) is None and not running_beside(ports, d, now)
