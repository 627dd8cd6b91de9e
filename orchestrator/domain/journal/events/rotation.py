"""Events of the rotation of load balancers: what is about to be asked of them, and what was seen."""

from typing import Literal

from orchestrator.domain.text.model_base import HostName, Many, Noun, Text

Way = Literal["out", "in"]


class RotationBegan(Noun):
    """Hosts are about to leave the rotation, or to come back into it; from here on it is not known where they are."""

    kind: Literal["rotation_began"] = "rotation_began"
    wave: int
    way: Way
    hosts: Many[HostName]


class RotationEnded(Noun):
    """What was seen: `there` are the hosts that are out with no connection left, or in again; `failed` says why others are not.

    `kept_out`: hosts that were not given back, because they do not equal their baseline.
    """

    kind: Literal["rotation_ended"] = "rotation_ended"
    wave: int
    way: Way
    there: Many[HostName] = ()
    failed: dict[HostName, Text] = {}
    kept_out: dict[HostName, Text] = {}
