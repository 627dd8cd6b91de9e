"""What a record shows of each host: the columns of its table, whoever lays it out (page, text, JSON)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.text.model_base import Noun


class HostRow(Noun):
    """Where one host stands at the end, and why. A further column is a field here; page and text say where it goes."""

    wave: str
    standing: StandingName
    reason: str


def host_row(d: Deployment, host: str) -> HostRow:
    """The row of a host of the deployment."""
    at = d.standings[host]
    return HostRow.of_valid(wave=d.waves[at.wave].name, standing=at.standing, reason=at.reason)
