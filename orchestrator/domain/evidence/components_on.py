"""What hosts of a selection must hold after a deployment."""

from orchestrator.domain.text.model_base import Noun, Sha256
from orchestrator.domain.text.selection import Selection


class ComponentsOn(Noun):
    """Digests by path of a unit that only the hosts of `on` get."""

    on: Selection
    digests: dict[str, Sha256]
