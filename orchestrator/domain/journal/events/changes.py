"""The event of what a deployment changed, as the capture after its wave shows it."""

from typing import Literal

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.change_groups import ChangeGroup, OutsideChange
from orchestrator.domain.text.model_base import HostName, Many, Noun, Text


class ChangesCompared(Noun):
    """After a wave's checks its hosts were captured again and compared with their baselines.

    `groups` are hosts with equal changes, `not_compared` the hosts of which nothing is known, each with the reason.
    `rules` name the model and the policy that say what may change, `outside` the first change on a host beyond that.
    """

    kind: Literal["changes_compared"] = "changes_compared"
    wave: int
    baselines: Many[BaselineReference]
    groups: Many[ChangeGroup] = ()
    not_compared: dict[HostName, Text] = {}
    rules: Many[Text] = ()
    outside: dict[HostName, OutsideChange] = {}
