"""Whether whoever goes on with a deployment has the password to become root that a person gave at its start."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Ports
from orchestrator.errors import Refused


def refuse_without_password(ports: Ports, d: Deployment) -> None:
    """Raises Refused where it is needed and was not given: without it runs would fail on every host."""
    if lacks_password(ports, d) and not d.over:
        raise Refused(
            f"{_needs(d)} Nothing was run. Go on with it: orch resume {d.id} --ask-become-pass, or with "
            "--become-password-file FILE."
        )


def refuse_rollback_without_password(ports: Ports, d: Deployment) -> None:
    """The same before a backout is put on the journal."""
    if lacks_password(ports, d):
        raise Refused(
            f"{_needs(d)} Nothing was recorded. Give it to this command as well: --ask-become-pass, or "
            "--become-password-file FILE."
        )


def lacks_password(ports: Ports, d: Deployment) -> bool:
    """Whether it is needed, and this process has none."""
    return d.driving.password_given and not ports.inspector.given_password


def _needs(d: Deployment) -> str:
    return f"{d.id} was started with a password to become root that a person gave, and that is kept nowhere."
