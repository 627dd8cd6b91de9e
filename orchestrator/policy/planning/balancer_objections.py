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
        yield from _balancers_of(stage)


def _balancers_of(stage: Stage) -> Iterator[tuple[str, Balancer]]:
    for index, balancer in enumerate(stage.load_balancer.balancers if stage.load_balancer else ()):
        yield f"{stage.path}.load_balancer.balancers[{index}]", balancer


def about_balancers(plan: ReleasePlan, inspection: Inspection, waves: Sequence[Wave]) -> Iterator[Objection]:
    """Objections to balancers on unknown hosts, to names that are those of no host, and to waves larger than the limit."""
    known = {target.host for target in (*inspection.targets, *inspection.beside)}
    without_ssh = {each.host for each in (*inspection.targets, *inspection.beside) if each.through}
    for path, balancer in _balancers(plan):
        if balancer.on is not None and balancer.on not in known:
            yield Objection(
                f"{path}.{balancer.kind}.on",
                "a host of the inventory",
                f"`{balancer.on}`",
                "correct its name",
            )
        if balancer.on in without_ssh:
            move = "name a host with ssh, or use `http` or a `command` of this machine"
            yield Objection(f"{path}.{balancer.kind}.on", "a host with ssh", f"`{balancer.on}`", move)
    for stage in plan.stages:
        of_stage = [wave for wave in waves if wave.stage == stage.name]
        yield from _too_many_out(plan, stage, of_stage)
        if sum(len(wave.hosts) for wave in of_stage) > 1:
            yield from _one_name_for_all(stage)


def _one_name_for_all(stage: Stage) -> Iterator[Objection]:
    """What names no host says the same of all of them: one that is out would be seen in the place of another."""
    for path, balancer in _balancers_of(stage):
        for field, pattern in _naming_hosts(balancer):
            if "{host}" not in pattern and "{address}" not in pattern:
                expected = "`{host}` or `{address}`, for the stage has several hosts"
                yield Objection(
                    f"{path}.{balancer.kind}.{field}", expected, f"`{pattern}`", "write which host is meant"
                )


def _naming_hosts(balancer: Balancer) -> Iterator[tuple[str, str]]:
    """The fields that say which host is meant."""
    by_server = balancer.haproxy or balancer.nginx
    if by_server is not None:
        yield "server", by_server.server
    if balancer.command is not None:
        yield "drain", " ".join(balancer.command.drain)
        yield "give_back", " ".join(balancer.command.give_back)
        yield "state", " ".join(balancer.command.state)
    for name, call in balancer.http.calls.items() if balancer.http is not None else ():
        yield f"{name}.url", call.url


def _too_many_out(plan: ReleasePlan, stage: Stage, of_stage: Sequence[Wave]) -> Iterator[Objection]:
    rotation = stage.load_balancer
    if rotation is None or rotation.at_most_out is None:
        return
    limit = rotation.at_most_out.hosts_of(sum(len(wave.hosts) for wave in of_stage))
    for wave in of_stage:
        if len(wave.hosts) > limit:
            expected = f"at most {limit} hosts in {wave.name}, for no more may be out of rotation at one time"
            yield Objection(
                path_of(plan, of_stage, wave), expected, f"{len(wave.hosts)}", "make the waves smaller"
            )
