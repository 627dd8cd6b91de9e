"""The standing of each host of a deployment, with its reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, Self, TypedDict, TypeGuard, get_args

from orchestrator.domain.deployment.attempts import (
    Attempted,
    Attempts,
    acts_of,
    attempt_named,
    latest_outcomes,
    outcome_by_hand,
)
from orchestrator.domain.deployment.rollout_progress import RolloutProgress, failures_of
from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.change_groups import OutsideChange
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.evidence.task_changes import count_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.model_base import HostName, Noun

StandingName = Literal[
    "untouched",
    "acted_on",
    "to_retry",
    "deploying",
    "deployed",
    "verified",
    "due",
    "failed",
    "unknown",
    "excluded",
    "unreached",
    "backing_out",
    "backed_out",
    "restored",
    "residue",
    "backout_failed",
]
DOWN = frozenset({"failed", "unknown", "unreached"})
STAYS = DOWN | {"acted_on", "excluded"}


class Standing(Noun):
    """The standing of one host, with its reason."""

    host: HostName
    wave: int
    standing: StandingName = "untouched"
    reason: str = ""

    def moved(self, move: "Move") -> Self:
        """The host with its new standing."""
        return self.model_copy(update=move)


class Move(TypedDict):
    """The new standing of a host, with its reason."""

    standing: StandingName
    reason: str


Standings = dict[str, Standing]


class Surroundings(NamedTuple):
    """What else decides a host's standing beside the event: the deployment as it was before the event."""

    waves: tuple[Wave, ...]
    attempts: Attempts
    rollout: RolloutProgress
    backed_out: tuple[str, ...]
    """Hosts of the present backout."""
    runs_once: bool
    """The present wave is a step that runs once."""


_OfAttempt = e.AttemptIntended | e.AttemptEnded | e.AttemptLost | e.Quiesced
_BackoutEnd = e.Restored | e.ResidueFound | e.DeploymentBackoutFailed
_Compared = e.BackoutCompared | e.ChangesCompared | e.RestorationCompared
_Asked = e.EnvironmentVerified | e.BaselineCaptured | e.EntryChecked
StandingsEvent = (
    _OfAttempt
    | _Asked
    | e.WaveChecked
    | _Compared
    | _BackoutEnd
    | e.Retried
    | e.Excluded
    | e.StepAnswered
    | e.StepOverdue
)
CHANGED_BY = frozenset({*get_args(StandingsEvent), e.GatePassed})

_Moves = dict[str, Move]

EQUAL_ALREADY = "equal before the backout, which ran nothing there"
_TO_RETRY = Move(standing="to_retry", reason="")
_VERIFIED = Move(standing="verified", reason="")
_DONE = Move(standing="deployed", reason="")
_DEPLOYED: Mapping[str, StandingName] = {
    "done": "deployed",
    "not_done": "failed",
    "unknown": "unknown",
    "untouched": "untouched",
}
_BACKED_OUT: Mapping[str, StandingName] = {
    "done": "backed_out",
    "not_done": "backout_failed",
    "unknown": "backout_failed",
    "untouched": "backout_failed",
}


def standings_at_first(waves: Iterable[Wave]) -> Standings:
    """Every host untouched, in order of waves; a host of several stages is in the first of its waves."""
    standings: Standings = {}
    for wave in waves:
        for host in wave.hosts:
            standings.setdefault(host, Standing.of_valid(host=host, wave=wave.number))
    return standings


def standings_after(standings: Standings, event: e.Event, around: Surroundings) -> Standings:
    """The standing of each host after one more event."""
    if not _changes(event):
        return standings
    if isinstance(event, e.GatePassed):
        return _entering(standings, around.waves[event.wave + 1])
    moved = {
        host: standings[host].moved(move)
        for host, move in _moves(standings, event, around).items()
        if host in standings
    }
    return standings | moved


def _entering(standings: Standings, wave: Wave) -> Standings:
    """A host that an earlier stage has verified is due again in this wave; one that is down or excluded stays so."""
    again = {
        host: standings[host].model_copy(
            update={
                "wave": wave.number,
                "standing": "due" if standings[host].standing == "verified" else standings[host].standing,
            }
        )
        for host in wave.hosts
        if standings[host].wave != wave.number
    }
    return standings | again if again else standings


def unapproved(attempts: Iterable[Attempted], standings: Standings) -> Attempts:
    """Deploy attempts that may have run unapproved files, on hosts that still count; no person has decided since."""
    return tuple(
        a
        for a in attempts
        if a.changed_in_copy and a.purpose == "deploy" and not a.answered and _counting(standings, a)
    )


def _changes(event: e.Event) -> TypeGuard[StandingsEvent | e.GatePassed]:
    return type(event) in CHANGED_BY


def _moves(standings: Standings, event: StandingsEvent, around: Surroundings) -> _Moves:
    match event:
        case e.WaveChecked():
            return _checked(standings, event, around.waves[event.wave].hosts)
        case e.StepAnswered() | e.StepOverdue():
            return _by_hand(standings, event, around.attempts)
        case e.AttemptIntended() | e.AttemptEnded() | e.AttemptLost() | e.Quiesced():
            return _of_attempt(standings, event, around.attempts)
        case e.ChangesCompared() | e.BackoutCompared() | e.RestorationCompared():
            return _of_comparison(standings, event, around.backed_out)
        case e.Restored() | e.ResidueFound() | e.DeploymentBackoutFailed():
            return _backout_ended(standings, event)
        case e.Retried(again=again):
            moves = _tried_again(standings, around, again=again)
            return {host: move for host, move in moves.items() if _reached(standings[host], around.attempts)}
        case _:
            return _left_out(event)


def _left_out(event: e.Excluded | _Asked) -> _Moves:
    """Hosts without which the deployment goes on: a person excluded them, or they were dead."""
    if isinstance(event, e.Excluded):
        return dict.fromkeys(event.hosts, Move(standing="excluded", reason=event.reason))
    dead = {host: f"dead before its wave: {why}" for host, why in event.unreached.items()}
    return {host: Move(standing="unreached", reason=reason) for host, reason in dead.items()}


def _by_hand(standings: Standings, event: e.StepAnswered | e.StepOverdue, attempts: Attempts) -> _Moves:
    if isinstance(event, e.StepOverdue) and not event.ends:
        return {}
    attempt = attempt_named(attempts, event.attempt)
    outcome = outcome_by_hand(attempt, event, attempt.intended_at)
    return _of_attempt(standings, e.AttemptEnded(outcome=outcome), attempts)


def _of_comparison(standings: Standings, event: _Compared, backed_out: tuple[str, ...]) -> _Moves:
    match event:
        case e.ChangesCompared():
            return _changed_outside(standings, event)
        case e.BackoutCompared(equal=equal):
            return {each.host: Move(standing="restored", reason=EQUAL_ALREADY) for each in equal}
        case e.RestorationCompared():
            return _compared(event, backed_out)


def _of_attempt(standings: Standings, event: _OfAttempt, attempts: Attempts) -> _Moves:
    match event:
        case e.AttemptIntended(purpose=purpose, hosts=hosts):
            begun: StandingName = "deploying" if purpose == "deploy" else "backing_out"
            return dict.fromkeys(hosts, Move(standing=begun, reason=""))
        case e.AttemptEnded(outcome=outcome):
            purpose = attempt_named(attempts, outcome.attempt).purpose
            names = _DEPLOYED if purpose == "deploy" else _BACKED_OUT
            before = _nothing_began(attempts, outcome.attempt) if purpose == "deploy" else {}
            return _by_others(standings, acts_of(outcome)) | {
                h.host: Move(
                    standing=before.get(h.host, "untouched")
                    if h.result == "untouched" and h.host in before
                    else names[h.result],
                    reason=h.reason,
                )
                for h in outcome.hosts
            }
        case e.AttemptLost(attempt=name, reason=reason):
            lost = attempt_named(attempts, name)
            end: StandingName = "unknown" if lost.purpose == "deploy" else "backout_failed"
            return _by_others(standings, event.acted_on) | dict.fromkeys(
                lost.hosts, Move(standing=end, reason=reason)
            )
        case e.Quiesced(attempt=name, unreachable=hosts):
            reason = f"unreachable, and what {name} began there may still run"
            waiting = [host for host in hosts if standings[host].standing == "to_retry"]
            return dict.fromkeys(waiting, Move(standing="unknown", reason=reason))


def _by_others(standings: Standings, acts: Iterable[ActedOn]) -> _Moves:
    """A host that tasks for others acted on is not untouched any more; every other standing says more than that."""
    return {
        act.host: Move(standing="acted_on", reason=act.words)
        for act in acts
        if act.host in standings and standings[act.host].standing == "untouched"
    }


def _checked(standings: Standings, event: e.WaveChecked, of_wave: tuple[str, ...]) -> _Moves:
    failures = failures_of(event)
    moves: _Moves = {host: Move(standing="failed", reason=reason) for host, reason in failures.items()}
    if event.stage == "verification":
        for host in of_wave:
            if standings[host].standing in ("deployed", "verified") and host not in failures:
                moves[host] = _VERIFIED
    return moves


def _changed_outside(standings: Standings, event: e.ChangesCompared) -> _Moves:
    """Where a rule binds, a host that changed anything else has failed, and one of which nothing is known is unknown."""
    unknown = {
        host: Move(standing="unknown", reason=f"what changed there is not known: {reason}")
        for host, reason in (event.not_compared.items() if event.rules else ())
        if standings[host].standing not in DOWN
    }
    return unknown | {
        host: Move(standing="failed", reason=_outside_words(first)) for host, first in event.outside.items()
    }


def _outside_words(first: OutsideChange) -> str:
    more = f", and {first.more} more" if first.more else ""
    return f"{first.change.kind} {first.change.name} changed and may not{more}"


def _compared(event: e.RestorationCompared, backed_out: tuple[str, ...]) -> _Moves:
    residues = Counter(difference.host for difference in event.differences)
    return {
        host: _as_compared(event.not_compared.get(host), residues[host], _uncovered(event, host))
        for host in backed_out
    }


def _uncovered(event: e.RestorationCompared, host: str) -> int:
    return count_of(group for group in event.uncovered if host in group.hosts)


def _as_compared(not_compared: str | None, residue: int, uncovered: int) -> Move:
    if not_compared is not None:
        return Move(standing="backout_failed", reason=not_compared)
    if residue:
        what = "1 attribute differs" if residue == 1 else f"{residue} attributes differ"
        return Move(standing="residue", reason=f"{what} from the baseline")
    if uncovered:
        what = "1 changed thing was not" if uncovered == 1 else f"{uncovered} changed things were not"
        return Move(standing="restored", reason=f"in what was captured; {what}")
    return Move(standing="restored", reason="")


def _backout_ended(standings: Standings, event: _BackoutEnd) -> _Moves:
    """A backout of some hosts leaves the others as they were deployed; nobody verified those, and their reason says so."""
    reason = "deployed, and never verified before the deployment ended"
    moves: _Moves = dict.fromkeys(
        _standing(standings, "deploying", "deployed", "to_retry"), Move(standing="unknown", reason=reason)
    )
    moves |= dict.fromkeys(_standing(standings, "due"), _VERIFIED)
    if isinstance(event, e.DeploymentBackoutFailed):
        equal = set(_standing(standings, "restored"))
        moves |= {
            host: Move(standing="backout_failed", reason=why)
            for host, why in event.hosts.items()
            if host in equal
        }
    return moves


def _standing(standings: Standings, *names: StandingName) -> list[str]:
    return [host for host, standing in standings.items() if standing.standing in names]


def _nothing_began(attempts: Attempts, name: str) -> dict[str, StandingName]:
    """What hosts are on which an attempt began nothing, and something else did: an earlier stage, or tasks for others."""
    acted_on = {act.host for attempt in attempts for act in attempt.acted_on}
    this = attempt_named(attempts, name)
    earlier = {host for a in attempts if a.purpose == "deploy" and a.wave < this.wave for host in a.begun_on}
    moves: dict[str, StandingName] = dict.fromkeys(acted_on, "acted_on")
    return moves | dict.fromkeys(earlier, "due")


def _tried_again(standings: Standings, around: Surroundings, *, again: bool) -> _Moves:
    """The standing of hosts after a person chose retry.

    In a wave, its own hosts are deployed to again, even where a run succeeded but may have run unapproved files. After a
    wave, the checks run again on hosts where the deployment was done, and so they do after a step that runs once. `again`:
    what runs once runs once more.
    """
    wave, failure = around.rollout.wave, around.rollout.failure
    if again:
        return {h: _TO_RETRY for h in around.waves[wave].hosts if standings[h].standing in DOWN}
    if failure is None:
        unapproved_in = unapproved(around.attempts, standings)
        hosts = {host for attempt in unapproved_in for host in _counting(standings, attempt)}
        return {host: _TO_RETRY for host in around.waves[wave].hosts if host in hosts}
    outcomes = latest_outcomes(a for a in around.attempts if a.purpose == "deploy")
    done = [host for host in failure.hosts if _was_done(outcomes.get(host))]
    if failure.stage in ("soak", "early_life"):
        return dict.fromkeys(done, _VERIFIED)
    # After the last wave hosts of earlier ones are asked as well: they are asked again, and nothing is deployed there.
    others = [h for h in done if standings[h].wave != wave and h in around.rollout.check_failures]
    of_wave = [host for host in failure.hosts if standings[host].wave == wave]
    ran_once = [
        host for host in of_wave if around.runs_once and failure.stage == "verification" and host in done
    ]
    moves = dict.fromkeys(others, _VERIFIED) | dict.fromkeys(of_wave, _TO_RETRY)
    return moves | dict.fromkeys(ran_once, _DONE)


def _reached(standing: Standing, attempts: Attempts) -> bool:
    """Whether the host's present wave got to it: one that an earlier stage left down is in a later wave, and stays down."""
    waves = [a.wave for a in attempts if a.purpose == "deploy" and standing.host in a.hosts]
    return bool(waves) and waves[-1] == standing.wave


def _was_done(outcome: HostOutcome | None) -> bool:
    return outcome is not None and outcome.result == "done"


def _counting(standings: Standings, attempt: Attempted) -> tuple[str, ...]:
    return tuple(host for host in attempt.hosts if standings[host].standing != "excluded")
