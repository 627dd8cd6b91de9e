"""That nothing of an attempt's container is left, whoever ended and however."""

import os
from collections.abc import Callable, Sequence

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.begun_marks import Begun
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.isolation.engines import (
    ENGINES,
    EngineAt,
    Left,
    container_pattern,
    end_container,
    is_there,
    place_of,
)
from orchestrator.domain.evidence.attempt import Isolation
from orchestrator.errors import MachineLacks


def end_containers(folder: AttemptFolder) -> Left:
    """End the container of an attempt that ran in one, and what the engine started for it.

    The engine's processes are no children of the worker's once that is dead, so the engine is asked. What it starts while it is
    killed is found by the attempt's mark.
    """
    return end_known(folder.installation(), folder.mark(), lambda: folder.request().isolation)


def end_known(
    installation: AnsibleInstallation | None, mark: str, isolation: Callable[[], Isolation]
) -> Left:
    """The same by what was read before the run: a run that nothing shuts off can change the files of its attempt."""
    engine = engine_of(installation)
    if engine is not None:
        return _ended([engine], mark)
    return _ended(_any(), mark) if isolation() == "container" else "none"


def end_unseen(begun: Begun, isolation: Isolation | None) -> Left:
    """The same of an attempt whose folder is gone. `isolation`: what is on record of it; None where nothing is.

    A run that was never in a container owes no engine's answer: many machines have a docker that answers nobody.
    """
    if begun.engine is not None:
        return _ended([begun.engine], begun.mark)
    if isolation not in (None, "container") or (isolation is None and begun.uncontained):
        return "none"
    return _ended(_any(), begun.mark, must_be=isolation == "container")


def engine_of(installation: AnsibleInstallation | None) -> EngineAt | None:
    """The engine of an installation that is in an image."""
    if installation is None or not installation.image:
        return None
    return EngineAt(installation.engine, installation.engine_variables)


def proved(attempt: str, left: Left) -> bool:
    """Whether no container is left. Raises MachineLacks where no engine answers: waiting for it in silence helps nobody."""
    if left == "not known":
        raise MachineLacks(
            f"It is not known what is left of the container of {attempt}: its engine is not here, or does not answer. "
            "See to it that podman ps (or docker ps; where both are here, both) answers as this user, then go on: orch resume."
        )
    return left == "none"


def _any() -> list[EngineAt]:
    """Those that this machine has, as the caller reaches them: which one it was, and where, is not known."""
    return [EngineAt(engine, place_of(os.environ)) for engine in ENGINES if is_there(engine)]


def _ended(engines: Sequence[EngineAt], mark: str, *, must_be: bool = True) -> Left:
    if must_be and not engines:
        return "not known"
    answers = [end_container(at, container_pattern(mark)) for at in engines]
    gone = process.end_tree(marker=mark, group=None)
    return "some" if "some" in answers or not gone else "not known" if "not known" in answers else "none"
