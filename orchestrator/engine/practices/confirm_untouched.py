"""The proof that nothing ran: hosts of which a run says that it never began there are asked themselves."""

from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.prove_restoration import compare_with_baseline


def confirmed(context: DriveContext, outcome: AttemptOutcome) -> AttemptOutcome:
    """The outcome with hosts left `untouched` only where they equal their baseline and show no epoch but known ones.

    Where an earlier stage has changed a host, the capture after that stage stands for the baseline.

    Silence proves nothing: a host that does not answer is unknown. A backout judges its hosts by the baseline anyway.
    """
    hosts = tuple(host.host for host in outcome.hosts if host.result == "untouched")
    if not hosts or _purpose(context, outcome) == "backout":
        return outcome
    traces = _traces(context, outcome, hosts)
    return outcome.model_copy(
        update={"hosts": tuple(_with_trace(host, traces.get(host.host)) for host in outcome.hosts)}
    )


def _with_trace(host: HostOutcome, trace: str | None) -> HostOutcome:
    if trace is None:
        return host
    return host.model_copy(
        update={"result": "unknown", "reason": f"{host.reason}; but the host does not prove it: {trace}"}
    )


def _traces(context: DriveContext, outcome: AttemptOutcome, hosts: tuple[str, ...]) -> dict[str, str]:
    """What speaks against it, for each host where anything does."""
    after_stages = {h: c for h, c in context.deployment.changes.baselines.items() if h in hosts}
    compared = compare_with_baseline(context, hosts, since=after_stages)
    traces = {
        reference.host: f"it holds epoch {reference.epoch}"
        for reference in compared.baselines
        if reference.epoch is None or reference.epoch not in _epochs(context, outcome, reference.host)
    }
    traces |= {difference.host: "it differs from the baseline" for difference in compared.differences}
    return traces | dict(compared.not_compared)


def _epochs(context: DriveContext, outcome: AttemptOutcome, host: str) -> set[int | None]:
    """Those that the host may hold: its baseline's and those of earlier attempts; this one's where its events are whole.

    Without its events the run cannot say that its first task alone was there.
    """
    d = context.deployment
    earlier = {
        attempt.epoch for attempt in d.attempts if attempt.attempt != outcome.attempt or not outcome.faults
    }
    return {d.preparation.baselines[host].epoch, *earlier}


def _purpose(context: DriveContext, outcome: AttemptOutcome) -> str:
    return next(a.purpose for a in context.deployment.attempts if a.attempt == outcome.attempt)
