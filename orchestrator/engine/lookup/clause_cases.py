"""Reads what evidence is sought in: one deployment, or all that were on record in a period."""

from collections.abc import Callable, Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.cmdb_audit import COMPARED
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.seal.findings import SealLook
from orchestrator.engine.cmdb_ports import EndOnRecord
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from orchestrator.policy.clauses.case import Case
from orchestrator.policy.clauses.evidence_of import findings_of
from orchestrator.policy.clauses.period_evidence import DeploymentEvidence, PeriodEvidence
from orchestrator.policy.evidence.audit_history import history_of
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.span import Period

Say = Callable[[int, int], None]
"""How many of how many deployments are read."""


def case_of(ports: Ports, d: Deployment) -> Case:
    """A deployment with its journal, its seal, and what the CMDB lacks of it, as of now. Raises StoreFault."""
    return _case(ports, d, ports.seals.look(d.id), ports.cmdb.lacking())


def _case(ports: Ports, d: Deployment, seal: SealLook | None, lacking: Sequence[EndOnRecord]) -> Case:
    look = seal if seal is not None else ports.seals.look(d.id)
    ends = frozenset(end.seq for end in lacking if end.deployment == d.id)
    return Case(d, ports.journal.read_condensed(d.id), ports.clock.now(), look, ends)


def period_evidence(
    ports: Ports, period: Period, asked: Asked, say: Say = lambda done, of: None
) -> PeriodEvidence:
    """The evidence of every deployment on record in a period: planned before its end, with an event since its beginning.

    Raises StoreFault where the seals cannot be read.
    """
    surveyed = survey(ports.journal)
    unreadable = set(surveyed.unreadable)
    names = [brief.id for brief in surveyed.briefs if _on_record(brief, period)]
    looks = {look.deployment: look for look in ports.seals.looks(names)}
    lacking = ports.cmdb.lacking()
    made: list[DeploymentEvidence] = []
    for done, (name, d) in enumerate(each_of(ports.journal, names)):
        say(done, len(names))
        evidence = _evidence(ports, d, looks.get(name), lacking) if isinstance(d, Deployment) else None
        if evidence is None:
            unreadable.add(name)
        elif _asked_for(d, asked):
            made.append(evidence)
    by_begin = sorted(made, key=lambda each: (each.began, each.id))
    return PeriodEvidence(period, tuple(by_begin), tuple(sorted(unreadable)), _audits(ports, period))


def _audits(ports: Ports, period: Period) -> int:
    """The audits that ended in the period, and compared a host with what is recorded of it."""
    if HOUSE not in ports.journal.deployments():
        return 0
    audits = history_of(ports.journal.read(HOUSE)).audits.values()
    compared = (
        any(host.result in COMPARED for host in audit.hosts) for audit in audits if period.holds(audit.ended)
    )
    return sum(compared)


def _on_record(brief: Brief, period: Period) -> bool:
    return brief.began_at < period.ends and brief.last_at >= period.begins


def _asked_for(d: Deployment | StoreFault, asked: Asked) -> bool:
    if isinstance(d, StoreFault):
        return False
    model = d.authority.model
    given: Sequence[tuple[str | None, str | None]] = (
        (asked.service, d.plan.release.service),
        (asked.environment, d.plan.resources.environment),
        (asked.model, model.model if model is not None else None),
    )
    return all(wanted is None or wanted == actual for wanted, actual in given)


def _evidence(
    ports: Ports, d: Deployment, seal: SealLook | None, lacking: Sequence[EndOnRecord]
) -> DeploymentEvidence | None:
    try:
        case = _case(ports, d, seal, lacking)
    except StoreFault:
        return None
    return evidence_of(case)


def evidence_of(case: Case) -> DeploymentEvidence:
    """One deployment with its findings."""
    d = case.d
    return DeploymentEvidence(
        id=d.id,
        release=d.plan.release.name,
        version=d.plan.release.version,
        service=d.plan.release.service or "",
        environment=d.plan.resources.environment,
        state=d.state.value,
        rehearsal=case.rehearsal,
        began=d.began_at,
        ended=d.ended_at,
        events=d.seq,
        findings=findings_of(case),
    )
