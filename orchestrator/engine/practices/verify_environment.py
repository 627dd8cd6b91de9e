"""Verification of the target environment: every check on every host, before anything is touched (ITIL 4 table 5.1)."""

from collections.abc import Sequence

from orchestrator.domain.journal.events import DeploymentRefused, EnvironmentVerified
from orchestrator.domain.plan.machines import kin_of
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.engine.check_files import in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.host_locks import lock_hosts
from orchestrator.engine.lookup.place import place_of
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.lookup.ways_now import changed_ways
from orchestrator.engine.practices.dead_hosts import dead_within_limits
from orchestrator.errors import OrchError
from orchestrator.policy.authority.environment_rules import machine_reasons
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.acceptance import causes, complaints, completed
from orchestrator.policy.evidence.fitness import unfit_for_runs
from orchestrator.policy.evidence.forgotten_run import forgotten_run_words
from orchestrator.policy.evidence.governing_house import other_house_words, release_words


def perform(context: DriveContext, step: Perform) -> None:
    """Check all hosts in parallel; anything but a pass everywhere refuses the deployment, and every complaint is named.

    Dead hosts count against the failure limits, and are left out where those allow it. The connections stay open for the
    baseline, which is captured once the hosts are locked.
    """
    plan, everyone = context.deployment.plan, context.deployment.targets
    checks = in_place(context.deployment, plan.validation.environment)
    results = completed(
        context.lasting_connections(hand_on=True).verify(everyone, checks, context.project),
        everyone,
        checks,
    )
    dead = dead_within_limits(context, context.lasting_connections(), everyone)
    targets = [target for target in everyone if target.host not in dead.allowed]
    results = [result for result in results if result.host not in dead.allowed]
    known = context.lasting_connections().identify(targets)
    machines = _machines(context, targets, known)
    reasons = [*complaints(results), *dead.reasons, *machines]
    if reasons:
        context.close_connections()
        reasons += _other_ways(context, known)
        context.journal.note(
            DeploymentRefused(
                stage="environment",
                reasons=tuple(reasons),
                results=tuple(results),
                causes=(*causes(results), *dead.reasons, *machines),
                codes=("host.other_house",) if _of_other_houses(context, known) else (),
            )
        )
    else:
        keys = {
            host: each.host_key_sha256
            for host, each in known.items()
            if isinstance(each, Identity) and each.host_key_sha256
        }
        context.journal.note(
            EnvironmentVerified(results=tuple(results), host_keys=keys, unreached=dead.allowed)
        )


def _other_ways(context: DriveContext, identities: dict[str, Identity | str]) -> list[str]:
    """That ssh would get to hosts that were not reached otherwise now, where it would: the frozen way may be the cause."""
    unreached = [host for host, known in identities.items() if not isinstance(known, Identity)]
    words = changed_ways(context.ports, context.deployment, unreached)
    return [words] if words else []


def _of_other_houses(context: DriveContext, identities: dict[str, Identity | str]) -> list[str]:
    """A complaint for each machine that another house governs: its rules, and not these, say what may be done there."""
    house = context.deployment.authority.house
    return [
        f"{host}: {other_house_words(known.house, house)}; {release_words(host)}"
        for host, known in identities.items()
        if isinstance(known, Identity) and known.house not in ("", house)
    ]


def _of_forgotten_runs(context: DriveContext, known: dict[str, Identity]) -> list[str]:
    """A complaint for each machine that holds an epoch of this store which the store never gave, as far as it knows."""
    store = context.ports.locks.store()
    seen = {host: each.stores[store] for host, each in known.items() if store and store in each.stores}
    forgotten = context.ports.locks.never_given(frozenset(seen.values()))
    return [
        f"{host}: {forgotten_run_words(host, epoch, store)}"
        for host, epoch in seen.items()
        if epoch in forgotten
    ]


def _machines(
    context: DriveContext, targets: Sequence[Target], identities: dict[str, Identity | str]
) -> list[str]:
    """Complaints unless each host is a machine of its own, of this environment, that no other deployment locks."""
    known = {host: identity for host, identity in identities.items() if isinstance(identity, Identity)}
    # A host without an identity would be deployed to without a lock.
    reasons = [
        f"{target.host}: its machine identity could not be read: {identities.get(target.host, 'no answer')}"
        for target in targets
        if target.host not in known
    ]
    reasons += [
        f"{target.host}: {sentence}"
        for target in targets
        if target.host in known
        for sentence in unfit_for_runs(target, known[target.host])
    ]
    reasons += _of_other_houses(context, identities)
    reasons += _of_forgotten_runs(context, known)
    # A machine with two names would be deployed to twice and counted twice.
    reasons += [str(kin) for kin in kin_of(known)]
    reasons += _of_others(context, known)
    return reasons or lock_hosts(
        context.ports,
        context.deployment,
        {i.machine_id: h for h, i in known.items()},
        keys={h: i.host_key_sha256 for h, i in known.items()},
    )


def _of_others(context: DriveContext, known: dict[str, Identity]) -> list[str]:
    """Complaints about machines of other environments: now the hosts themselves have said which machines they are."""
    d = context.deployment
    try:
        place = place_of(context.ports, d, briefs(context.ports.journal, excluding=d.id), known)
    except OrchError as fault:
        return [f"what is known of environments cannot be read: {fault}"]
    policy, rehearsing = d.authority.policy, d.rehearsing.rehearsal is not None
    return [
        str(reason)
        for reason in machine_reasons(place, d.plan.resources.environment, policy, rehearsing=rehearsing)
    ]
