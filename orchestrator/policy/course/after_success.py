"""After success: whose changes are compared with the baseline, and when what changed rejects the wave."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.attempts import latest_outcomes
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import WaveRejected
from orchestrator.domain.rules.may_change import Rule
from orchestrator.domain.text.format import counted
from orchestrator.policy.evidence.allowed_changes import rules_binding
from orchestrator.policy.telling.words.ground_words import ground_words

_DEPLOYED_TO = frozenset({"deployed", "verified", "failed", "unknown"})


def rules_of(d: Deployment) -> Mapping[str, Rule]:
    """The rules that say what this deployment may change."""
    return rules_binding(d.authority.policy, d.authority.model)


def hosts_to_compare(d: Deployment) -> tuple[str, ...]:
    """The hosts of the present wave that were deployed to, also those that are down within the failure limits."""
    touched = set(d.touched_hosts)
    return tuple(
        host
        for host in d.waves[d.rollout.wave].hosts
        if host in touched and d.standings[host].standing in _DEPLOYED_TO
    )


def rejection_for_changes(d: Deployment) -> WaveRejected | None:
    """Rejects the wave where a rule binds and a host changed anything else, or nobody knows; no failure limit allows that.

    A host that was down already, and does not answer, counts against the failure limits alone.
    """
    grounds = tuple(_grounds(d))
    if not grounds:
        return None
    there, elsewhere = int(grounds[0].values.get("further", 0)), len(grounds) - 1
    more = [f"{counted(there, 'change')} more there"] if there else []
    more += [f"{counted(elsewhere, 'host')} more"] if elsewhere else []
    return WaveRejected(
        wave=d.rollout.wave,
        hosts=d.hosts_standing("failed", "unknown"),
        reason=ground_words(grounds[0]) + (f" (and {', '.join(more)})" if more else ""),
        reasons=grounds,
    )


def _grounds(d: Deployment) -> Iterator[Ground]:
    """A ground for each host of the present wave; those that a person excluded no longer count."""
    here = [h for h in d.waves[d.rollout.wave].hosts if d.standings[h].standing != "excluded"]
    rules = " and ".join(d.changes.rules)
    for host in here:
        first = d.changes.outside.get(host)
        if first is not None:
            yield Ground(
                code="change.outside",
                values={
                    "host": host,
                    "kind": first.change.kind,
                    "item": first.change.name,
                    "attribute": first.change.attribute,
                    "further": first.more,
                    "rules": rules,
                },
            )
    for host in here if d.changes.rules else ():
        if host in d.changes.not_compared and _was_up(d, host):
            reason = d.changes.not_compared[host]
            yield Ground(code="change.unknown", values={"host": host, "rules": rules, "reason": reason})


def _was_up(d: Deployment, host: str) -> bool:
    """Whether run and checks of the present wave were good there, before what it changed was asked for."""
    outcome = latest_outcomes(a for a in d.attempts if a.purpose == "deploy").get(host)
    return outcome is not None and outcome.result == "done" and host not in d.rollout.check_failures
