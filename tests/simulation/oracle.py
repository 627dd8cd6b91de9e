"""What must hold of every simulated deployment, judged from the hosts' act log and not from what orch says."""

from collections import Counter
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import (
    AbortRequested,
    ApprovalGiven,
    AttemptAdopted,
    AttemptEnded,
    AttemptIntended,
    AttemptLost,
    BackoutBegan,
    BaselineCaptured,
    DriverTook,
    Event,
    GatePassed,
    Quiesced,
    Recorded,
    RestorationCompared,
    Retried,
    WindowOpened,
)
from orchestrator.domain.journal.lifecycle import State
from tests.simulation.by_hand import against_people
from tests.simulation.changes import against_changes
from tests.simulation.copies import against_copies
from tests.simulation.dead import against_dead
from tests.simulation.equality import against_equality
from tests.simulation.evidence import promoted_without_evidence
from tests.simulation.late import against_late_words
from tests.simulation.metrics import against_metrics
from tests.simulation.opens import against_opens
from tests.simulation.people import ended_by_hand, manual_attempts
from tests.simulation.rotation import against_rotation
from tests.simulation.scenario import Scenario
from tests.simulation.seals import against_seals
from tests.simulation.stages import against_stages, wave_of
from tests.simulation.words import against_words
from tests.simulation.world import AS_BEFORE

ENDS = (AttemptEnded, AttemptLost)
TAKEN = (AttemptIntended, AttemptAdopted)
"""Events by which an attempt becomes its driver's own."""
AT_REST = frozenset({"verified", "restored", "untouched"})
IN_BETWEEN = frozenset({"deploying", "backing_out"})


def broken(scenario: Scenario, deployment: Deployment) -> list[str]:
    """The invariants that this run broke, in words; empty when it is sound."""
    records = scenario.journal.records[deployment.id]
    return [
        *scenario.world.broken,
        *_gates(scenario, deployment, records),
        *intents(records),
        *_intended_before_acting(scenario, records),
        *_ran_twice(scenario),
        *repeated_unseen(records),
        *adopted(records),
        *_stopped_for_good(scenario, records),
        *_quiet_where_it_says_so(scenario, records),
        *_no_deploy_after_backout(scenario, deployment),
        *_no_second_deployment(scenario, deployment),
        *_nothing_over_others(scenario, records),
        *_no_wave_on_a_full_disk(scenario, records),
        *promoted_without_evidence(scenario, records),
        *admitted_once(records, len(scenario.roles)),
        *_used_once(scenario),
        *against_words(records),
        *against_late_words(scenario, records),
        *at_rest(deployment),
        *against_dead(deployment, records),
        *against_equality(scenario, records),
        *against_copies(scenario, deployment.id, records),
        *_truthful(scenario, deployment),
        *restored_in_quiet(scenario, records),
        *against_changes(scenario, deployment, records),
        *against_opens(scenario, records),
        *against_metrics(deployment, records),
        *against_stages(scenario, deployment, records),
        *against_people(scenario, deployment, records),
        *against_rotation(scenario, deployment, records),
        *_uncaptured_is_named(scenario, deployment),
        *against_seals(scenario.seals, deployment.id, records),
    ]


def _gates(scenario: Scenario, d: Deployment, records: list[Recorded]) -> list[str]:
    passed: dict[int, datetime] = {}
    for record in records:
        if isinstance(record.event, GatePassed):
            passed.setdefault(record.event.wave, scenario.journal.when(record))
    breaks = []
    for act in scenario.world.acts:
        of_stage = wave_of(d, act)
        wave = of_stage.number if of_stage is not None else 0
        if act.purpose == "deploy" and wave > 0 and (wave - 1 not in passed or passed[wave - 1] > act.at):
            breaks.append(f"{act.host} of wave {wave} was touched before gate {wave - 1} had passed")
    return breaks


def intents(records: list[Recorded]) -> list[str]:
    intended = [r.event.attempt for r in records if isinstance(r.event, AttemptIntended)]
    ended = [r.event.outcome.attempt for r in records if isinstance(r.event, AttemptEnded)]
    ended += [r.event.attempt for r in records if isinstance(r.event, AttemptLost)]
    ended += [name for r in records if (name := ended_by_hand(r.event)) is not None]
    if sorted(intended) == sorted(ended) and len(set(intended)) == len(intended):
        return []
    return [f"intents {intended} and ends {ended} do not match"]


def _intended_before_acting(scenario: Scenario, records: list[Recorded]) -> list[str]:
    intended = {
        r.event.attempt: (scenario.journal.when(r), r.event.hosts)
        for r in records
        if isinstance(r.event, AttemptIntended)
    }
    breaks = []
    for act in scenario.world.acts:
        at, hosts = intended.get(act.attempt, (None, ()))
        if at is None or at > act.at or act.host not in hosts:
            breaks.append(f"{act.attempt} acted on {act.host} without an intent on the journal before")
    return breaks


def _ran_twice(scenario: Scenario) -> list[str]:
    starts = scenario.playbooks.starts
    breaks = [f"{name} was run twice" for name in set(starts) if starts.count(name) > 1]
    begun = [(act.attempt, act.host) for act in scenario.world.acts]
    return breaks + [
        f"{attempt} acted twice on {host}" for attempt, host in set(begun) if begun.count((attempt, host)) > 1
    ]


def repeated_unseen(records: list[Recorded]) -> list[str]:
    """Hosts of a lost attempt are looked at before anything is run on them again."""
    hosts: dict[str, tuple[str, ...]] = {}
    unseen: dict[str, str] = {}
    by_hand = manual_attempts(records)
    breaks = []
    for event in (record.event for record in records):
        if isinstance(event, AttemptIntended):
            hosts[event.attempt] = event.hosts
            breaks += [
                f"{event.attempt} ran on {h} where {unseen[h]} was lost and nobody looked"
                for h in event.hosts
                if h in unseen
            ]
        elif isinstance(event, AttemptLost) and event.started and event.attempt not in by_hand:
            unseen |= dict.fromkeys(hosts.get(event.attempt, ()), event.attempt)
        elif isinstance(event, Quiesced):
            unseen = {host: name for host, name in unseen.items() if name != event.attempt}
    return breaks


def adopted(records: list[Recorded]) -> list[str]:
    """What another driver began is adopted before its end is taken."""
    driver, mine, by_hand = "", set[str](), manual_attempts(records)
    breaks = []
    for event in (record.event for record in records):
        if isinstance(event, DriverTook):
            driver, mine = event.driver, set()
        elif isinstance(event, TAKEN):
            mine.add(event.attempt)
        elif isinstance(event, ENDS):
            name = event.outcome.attempt if isinstance(event, AttemptEnded) else event.attempt
            if name not in mine | by_hand:
                breaks.append(f"{driver} took the end of {name} without having adopted it")
    return breaks


def _stopped_for_good(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """After the end of an attempt is on the journal its worker is gone, and it begins nothing more anywhere."""
    breaks = []
    for record in records:
        if not isinstance(record.event, ENDS):
            continue
        event, at = record.event, scenario.journal.when(record)
        name = event.outcome.attempt if isinstance(event, AttemptEnded) else event.attempt
        worker = scenario.playbooks.workers.get(name)
        if worker is not None and (worker.gone_at is None or worker.gone_at > at):
            breaks.append(f"{name} was called over while its worker lived")
        breaks += [
            f"{name} began on {act.host} after it was called over"
            for act in scenario.world.acts
            if act.attempt == name and act.at > at
        ]
    return breaks


def _quiet_where_it_says_so(scenario: Scenario, records: list[Recorded]) -> list[str]:
    hosts = {r.event.attempt: r.event.hosts for r in records if isinstance(r.event, AttemptIntended)}
    breaks = []
    for record in records:
        if isinstance(record.event, Quiesced):
            event, at = record.event, scenario.journal.when(record)
            quiet = set(hosts[event.attempt]) - {*event.busy, *event.unreachable}
            breaks += [
                f"{act.host} was called quiet after {event.attempt} while {act.attempt} was at work"
                for act in scenario.world.acts
                if act.host in quiet and act.at < at < act.until
            ]
    return breaks


def _no_deploy_after_backout(scenario: Scenario, d: Deployment) -> list[str]:
    backed_out: set[str] = set()
    breaks = []
    for act in scenario.world.acts:
        if act.purpose == "backout":
            backed_out.add(act.host)
        elif backed_out:
            breaks.append(f"{act.host} was deployed to after a backout had begun")
    return breaks


def _no_wave_on_a_full_disk(scenario: Scenario, records: list[Recorded]) -> list[str]:
    return [
        f"{record.event.attempt} was begun on a full disk"
        for record in records
        if isinstance(record.event, AttemptIntended) and record.event.purpose == "deploy"
        for full, empty in scenario.full
        if full < scenario.journal.when(record) < empty
    ]


def _no_second_deployment(scenario: Scenario, d: Deployment) -> list[str]:
    """A second deployment that is begun while this one holds its hosts touches nothing."""
    return [
        f"{act.deployment} touched {act.host} while {d.id} held it"
        for act in scenario.world.acts
        if act.deployment != d.id
    ]


def admitted_once(records: list[Recorded], approvals: int) -> list[str]:
    """It was admitted once, before anything was intended, and that start used up so many approvals that were given before."""
    opened = [(record.seq, record.event) for record in records if isinstance(record.event, WindowOpened)]
    begun = next((record.seq for record in records if isinstance(record.event, AttemptIntended)), None)
    if len(opened) != 1:
        return [f"it was admitted {len(opened)} times"] if opened or begun is not None else []
    seq, event = opened[0]
    given = {
        r.event.signed.approval.nonce for r in records if isinstance(r.event, ApprovalGiven) and r.seq < seq
    }
    used = event.consumes
    breaks = ["an attempt was intended before it was admitted"] if begun is not None and begun < seq else []
    if len(set(used)) != len(used) or len(used) != approvals or not set(used) <= given:
        breaks.append(f"{len(used)} approvals were used up, and {approvals} of {len(given)} should have been")
    return breaks


def _used_once(scenario: Scenario) -> list[str]:
    """No approval counts for two starts, whichever deployment they are of."""
    used = Counter(
        nonce
        for records in scenario.journal.records.values()
        for record in records
        if isinstance(record.event, WindowOpened)
        for nonce in record.event.consumes
    )
    return [f"approval {nonce} was used up {n} times" for nonce, n in used.items() if n > 1]


def _nothing_over_others(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """Where a run of others has been since the baseline, nothing is done before a person was told and has spoken."""
    captured = [scenario.journal.when(r) for r in records if isinstance(r.event, BaselineCaptured)]
    return [
        f"{act.attempt} acted on {act.host}, where others had been and nobody had been told"
        for act in scenario.world.acts
        for at, host in scenario.world.others
        if not act.by_hand and host == act.host and captured and captured[0] < at < act.at
        if not _told_and_answered(scenario, records, host, at, act.at)
    ]


def _told_and_answered(
    scenario: Scenario, records: list[Recorded], host: str, since: datetime, until: datetime
) -> bool:
    outrun = False
    for record in records:
        if since < scenario.journal.when(record) <= until:
            ended = isinstance(record.event, AttemptEnded) and host in record.event.outcome.outrun_on
            outrun = outrun or ended
            if outrun and speaks_for_more_work(record.event):
                return True
    return False


def speaks_for_more_work(event: Event) -> bool:
    """A person's word after which hosts may be worked on that refused the last run."""
    by_person = isinstance(event, BackoutBegan) and event.by != "orch"
    return by_person or isinstance(event, Retried | AbortRequested)


def at_rest(d: Deployment) -> list[str]:
    """Every host ends deployed and verified, restored, untouched, or in need of attention with a reason."""
    breaks = []
    for name, stands in d.standings.items():
        if stands.standing in IN_BETWEEN:
            breaks.append(f"{name} ends as {stands.standing}")
        elif stands.standing not in AT_REST and not stands.reason.strip():
            breaks.append(f"{name} ends as {stands.standing} without a reason")
    return breaks


def _truthful(scenario: Scenario, d: Deployment) -> list[str]:
    """What the record says of a host is what the host holds, unless the host changed of itself afterwards."""
    touched = {act.host for act in scenario.world.acts}
    breaks = []
    if d.state is State.COMPLETED and any(s.standing != "verified" for s in d.standings.values()):
        breaks.append("completed with a host that is not verified")
    if d.state is State.BACKED_OUT and any(d.standings[h].standing != "restored" for h in _backed_out(d)):
        breaks.append("backed out with a host that is not restored")
    for name, stands in d.standings.items():
        host = scenario.world.hosts[name]
        begun = {a.stage for a in scenario.world.acts if a.host == name and a.purpose == "deploy"}
        owed = {w.stage or "" for w in d.waves if name in w.hosts} if d.state is State.COMPLETED else begun
        if stands.standing == "verified" and not (begun and owed <= host.releases):
            breaks.append(f"{name} is called verified and holds {sorted(host.releases)} of {sorted(owed)}")
        if stands.standing == "restored" and host.state() != AS_BEFORE:
            breaks.append(f"{name} is called restored and holds {host.state()}")
        if stands.standing == "untouched" and name in touched:
            breaks.append(f"{name} is called untouched and was touched")
    return breaks


def restored_in_quiet(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """A host counts as equal to its baseline only where nothing lives that a task of the deployment left there."""
    return [
        f"{host.name} was compared while a process of {remain.run} lived there"
        for record in records
        if isinstance(record.event, RestorationCompared)
        for host in (scenario.world.hosts[each.host] for each in record.event.baselines)
        if host.name not in record.event.not_compared
        for remain in host.remains
        if remain.lives(scenario.journal.when(record))
    ]


def _uncaptured_is_named(scenario: Scenario, d: Deployment) -> list[str]:
    """No host is called restored without what was changed there and no baseline sees, or that nobody knows what was."""
    groups = d.backout.uncovered if d.backout is not None else ()
    breaks = []
    for host, path in set(scenario.world.uncaptured):
        named = [change for group in groups if host in group.hosts for change in group.changes]
        restored = d.state is State.BACKED_OUT and d.standings[host].standing == "restored"
        if restored and not any(change.name == path or change.kind == "unseen" for change in named):
            breaks.append(f"{host} is called restored without a word of {path}")
        if restored and "in what was captured" not in d.standings[host].reason:
            breaks.append(f"{host} is called restored as a whole, and {path} was changed")
    return breaks


def _backed_out(d: Deployment) -> tuple[str, ...]:
    return d.backout.hosts if d.backout is not None else ()
