"""What must hold after a rollout, judged by the act logs, the prober, the tree hashes and the census; then the journal."""

import difflib
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.process.kept_logins import IDLE
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import CheckResult
from tests.chaos.real.site import HOSTS, TAMPERED, Act, Answer, Site, census, sessions
from tests.simulation.copies import unanswered
from tests.simulation.evidence import Witness, unproved
from tests.simulation.oracle import adopted, at_rest, intents, repeated_unseen
from tests.simulation.words import against_words

ABOUT = 6.0
"""Seconds before a check's result is on the journal in which it may have been asked."""
FEWEST = 4
"""Answers below which the prober saw too little to contradict anybody."""
SETTLES = 15.0
"""Seconds in which a service or a last process may come to rest before it is judged."""


def broken(site: Site, name: str, trees: dict[str, str], victim: str, *, cuts: bool = False) -> list[str]:
    """The invariants that are broken, in words."""
    if not name:
        return [f"no deployment was begun: {site.complaints()}"]
    journal, locks = SqlJournal(site.home, SystemClock()), SqlHostLocks(site.home, SystemClock())
    try:
        records, held = journal.read(name), locks.held()
    finally:
        journal.close()
        locks.close()
    d = fold(records)
    acts = [act for act in site.acts() if not site.newer or not act.attempt.startswith(f"{site.newer}.")]
    return [
        *([] if [r.seq for r in records] == list(range(1, len(records) + 1)) else ["the journal has gaps"]),
        *([f"{lock.host} is still locked" for lock in held] if d.over else []),
        *(intents(records) if d.over else []),
        *adopted(records),
        *repeated_unseen(records),
        *against_words(records),
        *(at_rest(d) if d.over else []),
        *unproved(records, d.plan, d.waves, Witness(lambda record: record.at, Prober(site.answers).gave)),
        *against_acts(acts, records, d, site.changed_at),
        *(outrun(site.acts(), records, site.newer, site.woken_at) if site.newer else []),
        *_truthful(site, d, trees),
        *_undisturbed(site, d, victim),
        *_nothing_left(name),
        *_no_session_left(site, victim if cuts else ""),
        *admitted(records),
    ]


def admitted(records: list[Recorded]) -> list[str]:
    """It is admitted once, from a copy of its own, and no attempt is intended before."""
    kinds = [record.event.kind for record in records]
    opened, begun = kinds.count("window_opened"), kinds.count("attempt_intended")
    breaks = [f"it was admitted {opened} times"] if opened > 1 else []
    if begun and (not opened or kinds.index("attempt_intended") < kinds.index("window_opened")):
        breaks.append("an attempt was intended before it was admitted")
    return breaks


def against_acts(
    acts: list[Act], records: list[Recorded], d: Deployment, changed_at: float = 0.0
) -> list[str]:
    """What the act logs of the hosts and the journal disagree on.

    `changed_at`: when the change of the private copy was whole. An attempt whose leave was asked for by then may read it still;
    its end tells of it, and a deploy does not count before a person has spoken (ADR 17).
    """
    intended = {r.event.attempt: r for r in records if isinstance(r.event, e.AttemptIntended)}
    leave = _leave_asked(records)
    gates = {r.event.wave: r.at.timestamp() for r in records if isinstance(r.event, e.GatePassed)}
    backout = min(
        (r.at.timestamp() for r in records if isinstance(r.event, e.BackoutBegan)), default=float("inf")
    )
    breaks = [
        f"{attempt} did {task} {n} times on {host}"
        for (host, attempt, _, task), n in Counter(act[:4] for act in acts).items()
        if n > 1 and task != TAMPERED
    ]
    breaks += [
        f"{act.attempt} ran a changed playbook on {act.host}"
        for act in acts
        if act.task == TAMPERED and leave.get(act.attempt, float("inf")) > changed_at
    ]
    silent = {
        r.event.outcome.attempt
        for r in records
        if isinstance(r.event, e.AttemptEnded) and not r.event.changed_in_copy
    }
    silent |= {
        r.event.attempt for r in records if isinstance(r.event, e.AttemptLost) and not r.event.changed_in_copy
    }
    changed = {act.attempt for act in acts if act.task == TAMPERED}
    breaks += [f"{attempt} ran a changed playbook, and nothing tells of it" for attempt in changed & silent]
    breaks += unanswered(records)
    for act in acts:
        record = intended.get(act.attempt)
        if record is None or record.at.timestamp() > act.at + 0.001:
            breaks.append(f"{act.attempt} acted on {act.host} without an intent before")
        wave = d.standings[act.host].wave
        if act.purpose == "deploy" and wave and gates.get(wave - 1, float("inf")) > act.at:
            breaks.append(f"{act.host} of wave {wave} was touched before gate {wave - 1} had passed")
        if act.purpose == "deploy" and act.at > backout:
            breaks.append(f"{act.attempt} deployed to {act.host} after the backout had begun")
    return breaks + _repeats(acts, records)


def _leave_asked(records: list[Recorded]) -> dict[str, float]:
    """When leave was asked for that each attempt was begun with: at what stands on the journal before it."""
    asked_at, asked = {}, 0.0
    for before, record in pairwise(records):
        if isinstance(record.event, e.WaveAuthorised):
            asked = before.at.timestamp()
        elif isinstance(record.event, e.AttemptIntended):
            asked_at[record.event.attempt] = asked or before.at.timestamp()
            asked = 0.0
    return asked_at


def outrun(acts: list[Act], records: list[Recorded], newer: str, woken_at: float) -> list[str]:
    """A deployment that woke up after a newer one had been there changed nothing, and its journal says that it was refused.

    What a person asks for after the refusal is another matter: it is said knowing of it.
    """
    theirs = [act for act in acts if act.attempt.startswith(f"{newer}.")]
    if not theirs:
        return ["the newer run did nothing, so nothing is proved"]
    asked = min(
        (r.at.timestamp() for r in records if r.at.timestamp() > woken_at and _asks_for_work(r)),
        default=float("inf"),
    )
    breaks = [
        f"{act.attempt} did {act.task} on {act.host} after {newer} had been there"
        for act in acts
        if act not in theirs and woken_at < act.at < asked
    ]
    ended = [r.event for r in records if isinstance(r.event, e.AttemptEnded) and r.at.timestamp() > woken_at]
    reasons = [f"{host.host}: {host.reason}" for event in ended for host in event.outcome.hosts]
    if not any("refused by the host" in reason for reason in reasons):
        breaks.append(f"it does not tell that it was refused: {reasons or 'no outcome'}")
    return breaks


def _asks_for_work(record: Recorded) -> bool:
    event = record.event
    return isinstance(event, e.Retried) or (isinstance(event, e.BackoutBegan) and event.by != "orch")


@dataclass(frozen=True)
class Prober:
    """What was seen of the services from outside, as a witness of the checks that orch says have passed."""

    answers: list[Answer]

    def gave(self, record: Recorded, result: CheckResult) -> bool:
        """False only where the prober asked about that time, again and again, and never was given what orch was given."""
        at = record.at.timestamp()
        seen = [a for a in self.answers if a.host == result.host and at - ABOUT < a.at < at + 1]
        if result.kind != "http" or len(seen) < FEWEST:
            return True
        if result.title.endswith("/health"):
            return any(answer.healthy for answer in seen)
        return any(answer.version == "2.0" for answer in seen)


def _repeats(acts: list[Act], records: list[Recorded]) -> list[str]:
    """A playbook runs once on a host, and once more for each loss and each word that asks for it."""
    again = sum(isinstance(r.event, e.AttemptLost | e.Retried) for r in records)
    runs = Counter((act.host, act.purpose) for act in {(a.host, a.attempt): a for a in acts}.values())
    return [
        f"the playbook of {purpose} ran {n} times on {host}, with {again} losses and words"
        for (host, purpose), n in runs.items()
        if purpose == "deploy" and n > 1 + again
    ]


def _lines(before: str, now: str) -> str:
    """The lines that are in one of two texts only."""
    pairs = difflib.ndiff(before.splitlines(), now.splitlines())
    return "; ".join(line for line in pairs if line[0] in "+-")


def _truthful(site: Site, d: Deployment, trees: dict[str, str]) -> list[str]:
    touched = {act.host for act in site.acts() if act.attempt.startswith(f"{d.id}.")}
    theirs = {act.host for act in site.acts()} - touched
    breaks = []
    if d.state is State.COMPLETED and any(s.standing != "verified" for s in d.standings.values()):
        breaks.append("completed with a host that is not verified")
    for host in HOSTS:
        stands = d.standings[host].standing
        if host in theirs and stands == "untouched":
            continue  # another deployment changed it, and this one did not touch it
        if stands in ("restored", "untouched") and (now := site.tree(host)) != trees[host]:
            breaks.append(
                f"{host} is called {stands} and its files differ from before: {_lines(trees[host], now)}"
            )
        if stands == "untouched" and host in touched:
            breaks.append(f"{host} is called untouched and was touched")
        wanted = {"verified": "2.0", "restored": "1.0", "untouched": "1.0"}.get(stands)
        if wanted is not None and not _answers(site, host, wanted):
            breaks.append(f"{host} is called {stands} and its service does not answer {wanted}")
    return breaks


def _answers(site: Site, host: str, version: str) -> bool:
    deadline = time.time() + SETTLES
    while time.time() < deadline:
        latest = [answer for answer in site.answers if answer.host == host][-1:]
        if latest and latest[0].version == version:
            return True
        time.sleep(0.3)
    return False


def _undisturbed(site: Site, d: Deployment, victim: str) -> list[str]:
    """Hosts that were not touched and not struck have served the old version all the time."""
    touched = {act.host for act in site.acts()}
    breaks = []
    for host in set(HOSTS) - touched - {victim}:
        answers = [answer.version for answer in site.answers if answer.host == host]
        wrong = [version for version in answers if version != "1.0"]
        # One answer in a hundred may be late on a machine at full load.
        if len(wrong) > max(2, len(answers) // 20):
            breaks.append(f"{host} was not touched, and {len(wrong)} of {len(answers)} answers were not 1.0")
    return breaks


def _no_session_left(site: Site, cut: str) -> list[str]:
    """No host has a login of ours open; one that was cut off does not hear of our end.

    A driver that was killed leaves the logins of its visits, which ssh ends once nobody has used them for so long.
    """
    deadline = time.monotonic() + IDLE + SETTLES
    hosts = [host for host in HOSTS if host != cut]
    while (left := [f"{h}: {s}" for h in hosts for s in sessions(site, h)]) and time.monotonic() < deadline:
        time.sleep(0.3)
    return [f"a session is left on {session}" for session in left]


def _nothing_left(name: str) -> list[str]:
    deadline = time.monotonic() + SETTLES
    left = census(name)
    while left and time.monotonic() < deadline:
        time.sleep(0.3)
        left = census(name)
    return [f"a process of the run is left: {process}" for process in left]
