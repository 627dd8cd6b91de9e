"""The state of a deployment in plain sentences; a failed deployment is never described in words of success."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import assert_never

from orchestrator.domain.deployment.backout_progress import BackoutProgress
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.evidence.opened_file import each_once, opened_words
from orchestrator.domain.journal.lifecycle import Ended, State, end_of
from orchestrator.domain.plan.plan_kind import done_words, verified_words
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.environment import UNKNOWN
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.coverage_words import uncovered_words
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.event_words import replacement_words
from orchestrator.policy.telling.words.host_words import NAMED, STANDING_WORDS, hosts_words
from orchestrator.policy.telling.words.left_words import left_running
from orchestrator.policy.telling.words.rotation_words import out_sentences

S = State


def plain_words(d: Deployment) -> tuple[str, ...]:
    """The headline first, then the details, each a whole sentence."""
    all_sentences = (
        *_rehearsing(d),
        *_standing(d),
        *_unknown(d),
        *_in_doubt(d),
        *_read_more(d),
        *_replaced(d),
        *left_running(d),
        *_unproved(d),
        *_changes_unknown(d),
        *_rehearsed(d),
        *out_sentences(d),
    )
    return tuple(plain(sentence, 1000) for sentence in all_sentences)


def release_words(d: Deployment) -> str:
    """The release, such as `shop 2.4.0`."""
    return f"{d.plan.release.name} {d.plan.release.version}"


def environment_words(d: Deployment) -> str:
    """The environment with its class where files know any, such as `emea (live)`."""
    return placed_words(d.plan.resources.environment, d.authority.environment_class)


def counts_words(d: Deployment, hosts: Sequence[str]) -> str:
    """Counts of hosts by standing, such as `3 verified, 1 failed`."""
    return _counted(d.standings[host].standing for host in hosts)


def wave_words(d: Deployment, wave: Wave) -> str:
    """The same for the hosts of a wave, as far as they are its own: a host may be at work in a later stage."""
    return _counted(d.standing_in(host, wave.number) for host in wave.hosts)


def _counted(standings: Iterable[StandingName]) -> str:
    counts = Counter(STANDING_WORDS[standing] for standing in standings)
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _rehearsing(d: Deployment) -> list[str]:
    """This comes first, so that nobody takes a rehearsal for a deployment, or its injected failure for a real one."""
    rehearsal = d.rehearsing.rehearsal
    if rehearsal is None:
        return []
    what = f"Rehearsal for {rehearsal.environment} in {environment_words(d)}"
    if rehearsal.failure_in is None:
        return [f"{what}: {release_words(d)} is deployed, and taken back when every wave is good."]
    wave = d.waves[rehearsal.failure_in].name
    return [f"{what}: a failure is injected in {wave}, to see {release_words(d)} taken back."]


def _unknown(d: Deployment) -> list[str]:
    """Nobody answers for an environment that no file knows: whoever reads of the deployment learns it first."""
    if d.authority.environment_class != UNKNOWN:
        return []
    return [
        f"No file of environments/ knows {d.plan.resources.environment}, so no class, owner or freeze of it binds."
    ]


def _rehearsed(d: Deployment) -> list[str]:
    """The result of the rehearsal, which its end alone does not show."""
    if d.rehearsing.rehearsal is None or not d.over:
        return []
    faults = faults_of_part(d)
    if faults:
        return [f"The rehearsal failed, and no certificate can rest on it: {'; '.join(faults)}."]
    return [f"It went as the part `{d.rehearsing.rehearsal.part}` of a rehearsal must."]


def _in_doubt(d: Deployment) -> list[str]:
    """Whatever the end, and whatever a person chose: another playbook than the approved one may have run."""
    names = [attempt.attempt for attempt in d.attempts if attempt.changed_in_copy]
    if not names:
        return []
    ran = f"What {hosts_words(names)} ran from changed meanwhile"
    return [f"{ran}: what ran may not be what was approved. The record names the files."]


def _read_more(d: Deployment) -> list[str]:
    """Whatever a person chose: what these files hold decided what ran, and no approval covers it."""
    files = each_once(file for attempt in d.attempts for file in attempt.opened)
    return [f"Not approved, and read by runs: {opened_words(files)}."] if files else []


def _replaced(d: Deployment) -> list[str]:
    """Another playbook than the approved one was run: it counts as neither approved nor rehearsed."""
    words = replacement_words(d.backout.replacement if d.backout is not None else None)
    return [f"The backout runs {_sentence(word)}" for word in words]


def _unproved(d: Deployment) -> list[str]:
    """Hosts outside of the deployment that tasks acted on: no baseline is kept of them, and no backout goes there."""
    acts = d.unproved_acts
    if not acts:
        return []
    more = "" if len(acts) <= NAMED else f" The record names the other {len(acts) - NAMED}."
    named = "; ".join(f"{act.host}: {act.words}" for act in acts[:NAMED])
    return [f"Not proved, because outside of the deployment: {named}.{more}"]


def _changes_unknown(d: Deployment) -> list[str]:
    """A warning, and no failure: the deployment is verified, and nobody knows what else it changed there."""
    hosts = [host for host in d.hosts_standing("verified") if host in d.changes.not_compared]
    if not hosts:
        return []
    first = _sentence(d.changes.not_compared[hosts[0]])
    return [f"What changed on {hosts_words(hosts)} is not known: {first}"]


def _standing(d: Deployment) -> list[str]:
    """The end of the deployment, or its present state."""
    end = end_of(d.state)
    return _ended(d, end) if end is not None else _going_on(d)


def _ended(d: Deployment, end: Ended) -> list[str]:
    match end:
        case S.COMPLETED:
            return _completed(d)
        case S.COMPLETED_WITH_EXCEPTIONS:
            return _with_exceptions(d)
        case S.BACKED_OUT:
            return _backed_out(d)
        case S.BACKED_OUT_WITH_RESIDUE:
            return _residue(d)
        case S.BACKOUT_FAILED:
            return _backout_failed(d)
        case S.REFUSED:
            return _refused(d)
        case S.CANCELLED:
            return _cancelled(d)
        case _:
            assert_never(end)


def _completed(d: Deployment) -> list[str]:
    hosts = len(d.standings)
    where = "on its one host" if hosts == 1 else f"on all {counted(hosts, 'host')}"
    return [f"{done_words(d.plan, release_words(d))} and verified {where} of {environment_words(d)}."]


def _with_exceptions(d: Deployment) -> list[str]:
    good = len(d.standings) - len(d.rollout.exceptions)
    hosts = [host for host in d.standings if host in d.rollout.exceptions]
    return [
        f"{verified_words(d.plan, release_words(d))} on {good} of {counted(len(d.standings), 'host')} of "
        f"{environment_words(d)}; {hosts_words(hosts)} {_needs(len(hosts))} attention.",
        *_reasons(d, hosts),
    ]


def _backed_out(d: Deployment) -> list[str]:
    hosts, uncovered = d.hosts_to_prove, _progress(d).uncovered
    items = sum(d.preparation.baselines[host].items for host in hosts if host in d.preparation.baselines)
    if uncovered:
        return [
            f"{_stopped(d)} and backed out: {hosts_words(hosts)} {'is' if len(hosts) == 1 else 'are'} "
            f"restored in what was captured ({counted(items, 'configuration item')}); {uncovered_words(uncovered)}.",
            *_why(d),
            *_still_new(d),
        ]
    again = "equals its baseline" if len(hosts) == 1 else "equal their baselines"
    return [
        f"{_stopped(d)} and backed out: {hosts_words(hosts)} again {again} "
        f"in all {counted(items, 'configuration item')} (0 differences).",
        *_why(d),
        *_still_new(d),
    ]


def _residue(d: Deployment) -> list[str]:
    progress = _progress(d)
    hosts = d.hosts_standing("residue")
    items = {(each.host, each.kind, each.name) for each in progress.differences}
    return [
        f"{_stopped(d)} and backed out with residue: {counted(len(items), 'configuration item')} on "
        f"{hosts_words(hosts)} {'differs' if len(items) == 1 else 'differ'} from the baseline.",
        *_proved(d),
        *_uncovered(d),
        *_why(d),
        *_still_new(d),
    ]


def _backout_failed(d: Deployment) -> list[str]:
    failed = d.hosts_standing("backout_failed", "backing_out", "backed_out")
    hosts = failed or _progress(d).hosts
    return [
        f"{_stopped(d)}, and the backout failed: what {hosts_words(hosts)} "
        f"{'holds' if len(hosts) == 1 else 'hold'} is not proved. A person has to look there.",
        *_reasons(d, failed),
        *_residue_beside(d),
        *_proved(d),
        *_uncovered(d),
        *_why(d),
        *_still_new(d),
    ]


def _refused(d: Deployment) -> list[str]:
    """What is the matter with several hosts alike is said once, with their names."""
    hosts_by_cause: dict[str, list[str]] = {}
    for reason in d.preparation.refusals:
        host, _, cause = reason.partition(": ")
        of_a_host = host in d.standings
        hosts_by_cause.setdefault(cause if of_a_host else reason, []).extend([host] if of_a_host else [])
    reasons = [
        f"{hosts_words(hosts)}: {cause}" if hosts else cause for cause, hosts in hosts_by_cause.items()
    ]
    return ["Refused before any host was touched.", *(_sentence(reason) for reason in reasons[:NAMED])]


def _cancelled(d: Deployment) -> list[str]:
    """A missed start that the plan skips is nobody's decision of that day, and is described as a missed start."""
    missed = d.schedule.missed_start
    if missed is not None and missed.choice == "skip":
        return [
            "Skipped before any host was touched: its start was missed, and the plan says to skip it then.",
            _capital(_sentence(missed.reason)),
        ]
    why = [_capital(_sentence(d.preparation.cancelled))] if d.preparation.cancelled is not None else []
    return ["Cancelled by a person before any host was touched.", *why]


def _untouched(d: Deployment) -> list[str]:
    standing = f"{d.state.value.capitalize()}; no host is touched yet."
    if d.authority.unadmitted is None:
        return [standing]
    waits = (
        f"until {d.authority.unadmitted.opens:%Y-%m-%d %H:%M} UTC"
        if d.authority.unadmitted.opens
        else "for people"
    )
    return [f"{standing} It waits {waits}.", *(f"{reason}." for reason in d.authority.unadmitted.reasons)]


def _going_on(d: Deployment) -> list[str]:
    standing = counts_words(d, list(d.standings))
    if d.driving.stopped is not None:
        return [
            f"Stopped {_where(d)} by an emergency stop of {_sentence(d.driving.stopped)}",
            f"Hosts: {standing}.",
        ]
    if d.driving.hold is not None:
        return [
            f"Held for a person {_where(d)}: nothing goes on until somebody decides.",
            _sentence(d.driving.hold.reason),
        ]
    if d.driving.paused is not None:
        return [f"Paused {_where(d)} by {_sentence(d.driving.paused)}", f"Hosts: {standing}."]
    if d.driving.aborting is not None:
        return [
            f"Being aborted {_where(d)}, as asked by {_sentence(d.driving.aborting)}",
            f"Hosts: {standing}.",
        ]
    if d.state is S.BACKING_OUT:
        progress = _progress(d)
        return [f"{_stopped(d)}; backing out {hosts_words(progress.hosts)}.", *_why(d)]
    gate = d.rollout.gate
    if d.state is S.AT_GATE and gate is not None and gate.confirm is not None and gate.soak_is_over:
        return [f"Waits {_where(d)} for confirmation by {gate.confirm}.", f"Hosts: {standing}."]
    if not d.touched:
        return _untouched(d)
    return [f"{d.state.value.capitalize()}, {_where(d)} of {len(d.waves)}. Hosts: {standing}."]


def _progress(d: Deployment) -> BackoutProgress:
    if d.backout is None:
        raise ValueError(f"{d.id} is {d.state.value} with no backout begun")
    return d.backout


def _stopped(d: Deployment) -> str:
    """Where it stopped; a backout that a person decided is no failure, and the sentence says so."""
    backout = _progress(d)
    if d.rehearsing.rehearsed == "end":
        return "Rehearsed to the end"
    if d.rehearsing.rehearsed == "injected failure":
        return f"Stopped {_where(d)} by the injected failure"
    if not backout.by_a_person:
        return f"Stopped {_where(d)}"
    if d.driving.aborting is not None or backout.aborted:
        return f"Aborted {_where(d)}"
    return f"Taken back on the word of {backout.by}"


def _why(d: Deployment) -> list[str]:
    reason = _progress(d).reason
    return [f"Reason: {_sentence(reason)}"]


def _still_new(d: Deployment) -> list[str]:
    """Hosts outside the backout's scope still carry the release, which the summary must state."""
    carrying = d.hosts_standing("verified", "deployed")
    down = d.hosts_standing("failed", "unknown", "acted_on")
    words = (
        [f"Not backed out: {hosts_words(carrying)} still {_runs(carrying)} {release_words(d)}."]
        if carrying
        else []
    )
    return words + ([f"Not backed out, and not verified: {hosts_words(down)}."] if down else [])


def _proved(d: Deployment) -> list[str]:
    restored = d.hosts_standing("restored")
    if not restored:
        return []
    return [f"Proved equal to the baseline: {hosts_words(restored)}."]


def _uncovered(d: Deployment) -> list[str]:
    uncovered = _progress(d).uncovered
    return [f"Of what was captured; {uncovered_words(uncovered)}."] if uncovered else []


def _residue_beside(d: Deployment) -> list[str]:
    residue = d.hosts_standing("residue")
    return [f"Different from the baseline: {hosts_words(residue)}."] if residue else []


def _reasons(d: Deployment, hosts: Sequence[str]) -> list[str]:
    """What is the matter with several hosts alike is said once, with their names."""
    hosts_by_reason: dict[str, list[str]] = {}
    for host in hosts:
        reason = d.rollout.exceptions.get(host) or d.standings[host].reason
        hosts_by_reason.setdefault(reason, []).append(host)
    shown = [*hosts_by_reason.items()][:NAMED]
    sentences = [f"{hosts_words(alike)}: {_sentence(reason)}" for reason, alike in shown]
    left = len(hosts) - sum(len(alike) for _, alike in shown)
    return sentences + ([f"The record names the other {left}."] if left else [])


def _where(d: Deployment) -> str:
    if not d.touched_hosts:
        return "before the first wave"
    name = d.waves[min(d.rollout.wave, len(d.waves) - 1)].name
    if d.early_life.until is not None:
        return "in early life support"
    return f"at the {name}" if name == "pilot" else f"at {name}"


def _sentence(text: str) -> str:
    text = text.strip() or "no reason is on the journal"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _needs(number: int) -> str:
    return "needs" if number == 1 else "need"


def _runs(hosts: Sequence[str]) -> str:
    return "runs" if len(hosts) == 1 else "run"
