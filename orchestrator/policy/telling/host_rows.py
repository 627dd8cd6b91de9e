"""What a record shows for each host: the columns of its table in every format (page, text, JSON)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.text.model_base import Noun


class HostRow(Noun):
    """The standing of one host at the end, and why. Add a column as a field here; page and text place it."""

    wave: str
    standing: StandingName
    reason: str


def host_row(d: Deployment, host: str) -> HostRow:
    """The row of a host of the deployment."""
    at = d.standings[host]
    return HostRow.of_valid(wave=d.waves[at.wave].name, standing=at.standing, reason=at.reason)
