"""What deployments prove of configuration items (ISO/IEC 20000-1 9.1): facts that are only ever added to."""

from typing import Literal, get_args

from orchestrator.domain.plan.reference import Reference
from orchestrator.domain.text.model_base import Many, Moment, Noun

CiKind = Literal["host", "service", "unit", "item"]
"""A machine; a service in an environment; a release unit on a host; and whatever else a plan or a person names."""
CI_KINDS: tuple[CiKind, ...] = get_args(CiKind)
RelationType = Literal["runs_on", "part_of", "depends_on", "connected_to"]
RELATION_TYPES: tuple[RelationType, ...] = get_args(RelationType)
CiOutcome = Literal["verified", "as before", "differs", "not known", "removed"]
"""`as before`: proved to equal what it was before the deployment. `differs`: a backout left residue."""
CiId = str
"""Such as `host:MACHINE`, `service:live:shop`, `unit:MACHINE:shop-web`, `item:live:till`."""


class ProvedRelation(Noun):
    """A relation to another item, by its id. `name`: as a plan names it, such as `payments 7 or newer`."""

    type: RelationType
    to: CiId
    name: str = ""


class CiFact(Noun):
    """What one end of a deployment says of one item. `since`: `as before` means as it was at this moment.

    `proof`: by what a version was proved. `location`: a path on the host, or the address of a host.
    """

    ci: CiId
    kind: CiKind
    name: str
    environment: str
    outcome: CiOutcome
    reason: str = ""
    since: Moment | None = None
    version: str = ""
    sha256: str = ""
    location: str = ""
    proof: str = ""
    relations: Many[ProvedRelation] = ()


class ChangeMade(Noun):
    """The change by which an update came: the release, its requests for change, and the problems that it is about."""

    release: str
    version: str
    environment: str
    state: str
    by: str
    rehearsal: bool = False
    references: Many[Reference] = ()


class CmdbUpdate(Noun):
    """What the CMDB learns from one end of a deployment, which is its event `seq`."""

    deployment: str
    seq: int
    at: Moment
    change: ChangeMade
    facts: Many[CiFact]
