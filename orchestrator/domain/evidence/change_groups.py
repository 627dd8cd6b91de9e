"""What a deployment changed on its hosts, as the captures before and after it show: hosts with equal changes stand together."""

from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.text.model_base import HostName, Many, Noun


class ItemChange(Noun):
    """One attribute of one configuration item that changed; None stands for absent. Long text is cut."""

    kind: str
    name: str
    attribute: str
    before: AttributeValue
    after: AttributeValue


class ChangeGroup(Noun):
    """Hosts on which exactly the same changed; `more` is the number of further changes, which the captures hold."""

    hosts: Many[HostName]
    changes: Many[ItemChange] = ()
    more: int = 0


class OutsideChange(Noun):
    """The first change on a host that no rule allows; `more` is the number of further ones there."""

    change: ItemChange
    more: int = 0
