"""Whether a plan fits its load balancers: they can be reached, and no wave takes out more hosts than may be out."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.planning.plan_findings import path_of


def files_of_balancers(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every file of this machine that a balancer's HTTP interface needs, by its path in the plan."""
    for path, balancer in _balancers(plan):
        for name, call in balancer.http.calls.items() if balancer.http is not None else ():
            yield from ((f"{path}.http.{name}.{field}", file) for field, file in call.files.items())


def programs_of_balancers(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every program of the project that a balancer runs on this machine, by its path in the plan."""
    for path, balancer in _balancers(plan):
        command = balancer.command
        if command is None or command.on is not None:
            continue
        for name in ("drain", "give_back", "state"):
            program = getattr(command, name)[0]
            if "/" in program and not program.startswith("/"):
                yield f"{path}.command.{name}[0]", program


def _balancers(plan: ReleasePlan) -> Iterator[tuple[str, Balancer]]:
    for stage in plan.stages:
        for index, balancer in enumerate(stage.load_balancer.balancers if stage.load_balancer else ()):
            yield f"{stage.path}.load_balancer.balancers[{index}]", balancer


def about_balancers(plan: ReleasePlan, inspection: Inspection, waves: Sequence[Wave]) -> Iterator[Objection]:
    """Objections to balancers on hosts that the inventory does not have, and to waves larger than the limit."""
    known = {target.host for target in (*inspection.targets, *inspection.beside)}
    for path, balancer in _balancers(plan):
        if balancer.on is not None and balancer.on not in known:
            yield Objection(
                f"{path}.{balancer.kind}.on",
                "a host of the inventory",
                f"`{balancer.on}`",
                "correct its name",
            )
    for stage in plan.stages:
        yield from _too_many_out(plan, stage, waves)


def _too_many_out(plan: ReleasePlan, stage: Stage, waves: Sequence[Wave]) -> Iterator[Objection]:
    rotation = stage.load_balancer
    if rotation is None or rotation.at_most_out is None:
        return
    of_stage = [wave for wave in waves if wave.stage == stage.name]
    limit = rotation.at_most_out.hosts_of(sum(len(wave.hosts) for wave in of_stage))
    for wave in of_stage:
        if len(wave.hosts) > limit:
            expected = f"at most {limit} hosts in {wave.name}, for no more may be out of rotation at one time"
            yield Objection(
                path_of(plan, waves, wave), expected, f"{len(wave.hosts)}", "make the waves smaller"
            )
