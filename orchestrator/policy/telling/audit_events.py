"""The reports of audits of configuration records, which are events of the house."""

from collections import Counter

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.cmdb_audit import HOST_RESULTS
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.teller import Telling, at, telling_of
from orchestrator.policy.telling.words.audit_words import RESULTS


@telling_of.register
def _audit_began(event: e.CmdbAuditBegan, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("audit", f"{event.audit} of {counted(len(event.hosts), 'host')} began, by {event.by}"))


@telling_of.register
def _audited(event: e.CmdbAudited, d: Deployment, counts: Counts) -> Telling:
    numbers = Counter(host.result for host in event.hosts)
    numbers["as_recorded"] += sum(len(group.machines) for group in event.as_recorded)
    results = ", ".join(f"{numbers[result]} {RESULTS[result]}" for result in HOST_RESULTS if numbers[result])
    return Telling(at("audit", f"{event.audit}: {results or 'no host'}"))


@telling_of.register
def _drift_accepted(event: e.DriftAccepted, d: Deployment, counts: Counts) -> Telling:
    item = f"{event.item_kind} {event.item_name}"
    return Telling(at("audit", f"{item} on {event.host} accepted as found, by {event.by}: {event.reason}"))
