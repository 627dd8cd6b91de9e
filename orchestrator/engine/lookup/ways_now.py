"""How ssh would get to a deployment's hosts now, where that is not the way that was frozen with them."""

from collections.abc import Collection

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.errors import OrchError
from orchestrator.policy.planning.way_changes import Ways, way_changes


def changed_ways(ports: Ports, d: Deployment, hosts: Collection[str]) -> str:
    """A sentence about these hosts, which could not be reached; empty where nothing changed, or nobody can say.

    It asks the inspector about the user's own project, which takes seconds.
    """
    frozen = tuple(target for target in d.targets if target.host in hosts and target.through is None)
    if not frozen:
        return ""
    try:
        inspection = ports.inspector.inspect(d.plan, folder(d.project))
    except OrchError:
        return ""
    words = way_changes(Ways(frozen, d.way_places), Ways(inspection.targets, inspection.way_places))
    if not words:
        return ""
    return f"since the plan was checked it changed {words}; this deployment goes as it was then, a new one as it is now"
