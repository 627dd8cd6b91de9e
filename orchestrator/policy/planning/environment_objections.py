"""Faults in an environment's file as a whole."""

from collections.abc import Iterator

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.rules.environment import Environment
from orchestrator.policy.calendar.windows import WINDOW


def objections_to(environment: Environment) -> tuple[Objection, ...]:
    """Every objection to the environment by itself."""
    return (*_freezes(environment), *_machines(environment))


def warnings_of(environment: Environment) -> Iterator[Objection]:
    """What is allowed and seldom meant: a live environment whose machines nobody knows before the first deployment."""
    if environment.live and not environment.machines:
        finding = "none: its machines are known only by what was deployed to it"
        move = "list them by address, host_key or machine_id"
        yield Objection("machines", "the machines of a live environment", finding, move)


def _freezes(environment: Environment) -> Iterator[Objection]:
    seen = {WINDOW}
    for index, freeze in enumerate(environment.freezes):
        if freeze.name in seen:
            path = f"freezes[{index}].name"
            yield Objection(path, "a name of its own", f"`{freeze.name}` again", "name it otherwise")
        seen.add(freeze.name)


def _machines(environment: Environment) -> Iterator[Objection]:
    for index, machine in enumerate(environment.machines):
        if machine in environment.machines[:index]:
            yield Objection(
                f"machines[{index}]", "each machine once", "it again", "remove the second mention"
            )
