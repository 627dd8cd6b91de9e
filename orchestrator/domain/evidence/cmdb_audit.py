"""What an audit of configuration records found on each host (ISO/IEC 20000-1 9.1: records are audited)."""

from typing import Literal, get_args

from orchestrator.domain.evidence.change_groups import ItemChange
from orchestrator.domain.text.model_base import HostName, Many, Name, Noun, Sha256, Text

HostResult = Literal[
    "as_recorded",
    "differs",
    "another_machine",
    "unknown",
    "not_in_inventory",
    "not_reached",
    "in_deployment",
    "not_audited",
]
HOST_RESULTS: tuple[HostResult, ...] = get_args(HostResult)
COMPARED: frozenset[HostResult] = frozenset({"as_recorded", "differs"})
"""Results of a comparison."""
NOT_AS_RECORDED: frozenset[HostResult] = frozenset(
    {"differs", "another_machine", "unknown", "not_in_inventory"}
)
"""Reality is not what the records say."""
UNKNOWN_STATE: frozenset[HostResult] = frozenset({"not_reached", "not_audited"})
"""Nobody knows whether the host is as recorded."""


class AuditFinding(Noun):
    """A configuration item that is not as recorded: what changed of it, with long values cut.

    `deployment` recorded it; `accepted_by`: a person has accepted another value since, and that is what was expected.
    `capture`: the digest of the capture that holds the item as it was found.
    """

    kind: str
    name: str
    changes: Many[ItemChange]
    deployment: Name
    accepted_by: Text | None = None
    capture: Sha256

    @property
    def item(self) -> str:
        """How people name it, such as `file /etc/shop.conf`."""
        return f"{self.kind} {self.name}"


class HostAudit(Noun):
    """One host of an environment: the result, and the reason where there was no whole comparison.

    `items` were compared with what `deployments` recorded. `more` findings are not listed. `blind`: kinds of items of which
    something was out of sight, so that nothing is known of an earlier finding of such a kind.
    """

    host: HostName
    environment: str = ""
    result: HostResult
    machine_id: str = ""
    reason: str = ""
    items: int = 0
    deployments: Many[Name] = ()
    findings: Many[AuditFinding] = ()
    more: int = 0
    blind: Many[str] = ()


class AsRecorded(Noun):
    """Hosts of one environment that are as recorded, with their machines: equal numbers of items, and the same deployments."""

    environment: str = ""
    machines: dict[HostName, str]
    items: int
    deployments: Many[Name]
    blind: Many[str] = ()
