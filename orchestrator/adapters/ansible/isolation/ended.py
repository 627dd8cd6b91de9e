"""That nothing of an attempt's container is left, whoever ended and however."""

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.isolation.engines import container_name, end_container


def end_containers(folder: AttemptFolder) -> bool:
    """End the container of an attempt that ran in one, and what the engine started for it; True where none is left.

    The engine's processes are no children of the worker's once that is dead, so the engine is asked. What it starts while it is
    killed is found by the attempt's mark.
    """
    installation = folder.installation()
    if installation is None or not installation.image:
        return True
    gone = end_container(installation.engine, container_name(folder.mark()))
    return process.end_tree(marker=folder.mark(), group=None) and gone
