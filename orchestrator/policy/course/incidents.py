"""Which incidents may have come of a deployment: opened since it began, on what it was deployed to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.late_rules import ReviewRule
from orchestrator.domain.text.names import is_among, same_name


def proposed(d: Deployment, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Those to be looked at, oldest first: nobody has said yet whether they came of it. None of what touched no host."""
    opened, until = d.authority.opened_at, watched_until(d)
    if opened is None or not d.touched_hosts or d.rehearsing.rehearsal is not None:
        return ()
    near = (
        each
        for each in incidents
        if opened <= each.opened
        and (until is None or each.opened <= until)
        and each.id not in d.post_review.incidents
        and shared_with(d, each)
    )
    return tuple(sorted(near, key=lambda each: (each.opened, each.id)))


def watched_until(d: Deployment) -> datetime | None:
    """Until when incidents count as opened after it; None while it is not over."""
    if d.ended_at is None:
        return None
    policy = d.authority.policy
    rule = policy.review if policy is not None else ReviewRule.of_valid()
    return d.ended_at + timedelta(days=rule.incident_days)


def shared_with(d: Deployment, incident: Incident) -> tuple[str, ...]:
    """What the incident concerns of what it was deployed to: hosts, configuration items, the service."""
    release = d.plan.release
    hosts = [f"host {host}" for host in d.touched_hosts if is_among(host, incident.hosts)]
    cis = [f"configuration item {ci}" for ci in release.cis if is_among(ci, incident.cis)]
    service = release.service
    same = service is not None and incident.service is not None and same_name(service, incident.service)
    return (*hosts, *cis, *((f"service {service}",) if same else ()))
