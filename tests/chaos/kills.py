"""kill -9 of drivers over the real store: a process for each driver, killed at a chosen point, until one reaches the end."""

import gc
import json
import os
import random
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.drive import drive
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.engine.use_cases.deployment_commands import signal as say
from orchestrator.errors import OrchError, Refused
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson
from tests.chaos.disk_fleet import DiskFleet, DiskTargets
from tests.chaos.kills_oracle import broken
from tests.chaos.reaper import (
    DoomedAuthority,
    DoomedBalancers,
    DoomedBaselines,
    DoomedJournal,
    DoomedLocks,
    DoomedPlaybooks,
    QuickClock,
    Reaper,
)
from tests.chaos.stories import HOSTS, STORIES, Story
from tests.fakes.plans import FakePlans
from tests.simulation.storage import SimulatedStorage
from tests.worlds.people import approval, keys_of
from tests.worlds.ports import ports_over

PATIENCE = 60.0
MOST_DEATHS = 4
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""In memory where there is such a place: what the kernel was given survives a SIGKILL there as it does on a disk."""


@dataclass
class Tally:
    """What came of some runs."""

    kills: int = 0
    runs: int = 0
    seconds: float = 0.0
    points: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)


def kill(count: int, seed: int, jobs: int = 4, stories: Sequence[Story] = STORIES) -> Tally:
    """At least so many kills, spread evenly over all points of the stories; each run is named by story and points."""
    began = time.monotonic()
    total = Tally()
    with ProcessPoolExecutor(jobs, initializer=ready) as pool:
        lengths = dict(zip((s.name for s in stories), map(len, pool.map(_points, stories)), strict=True))
        runs = _plans(seed, lengths)
        waiting = {pool.submit(tally_of, *next(runs)) for _ in range(2 * jobs)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                _add(total, future.result())
                if total.kills < count:
                    waiting.add(pool.submit(tally_of, *next(runs)))
    total.seconds = time.monotonic() - began
    return total


def ready() -> None:
    """Orphans come to this process; and what is in memory now is left alone, so that a fork need not copy it."""
    process.become_subreaper()
    gc.freeze()


def _add(total: Tally, tally: Tally) -> None:
    total.kills += tally.kills
    total.runs += tally.runs
    total.points += tally.points
    total.outcomes += tally.outcomes
    total.broken += tally.broken


def _plans(seed: int, lengths: Mapping[str, int]) -> Iterator[tuple[Story, tuple[int, ...]]]:
    """Runs without end: first kills go through all points of all stories in an order of their own, later ones are drawn."""
    draw = random.Random(seed)
    at = [(story, n + 1) for story in STORIES if story.name in lengths for n in range(lengths[story.name])]
    while True:
        draw.shuffle(at)
        for story, first in at:
            more = [draw.randint(1, lengths[story.name]) for _ in range(draw.choice((0, 0, 1, 3)))]
            yield story, (first, *more)


def _points(story: Story) -> list[str]:
    """The points of a run that nobody kills."""
    root = Path(tempfile.mkdtemp(prefix="orch-kills-", dir=FOLDER))
    try:
        DiskFleet(root / "fleet").make(HOSTS)
        code = _wait(_born(root, story, None))
        if code != 0:
            raise AssertionError(f"{story.name} does not end without a kill: {_errors(root)}")
        points: list[str] = json.loads((root / "points.json").read_text())
        wrong = broken(root, story)
        if wrong:
            raise AssertionError(f"{story.name} is broken without a kill: {wrong}")
        return points
    finally:
        shutil.rmtree(root, ignore_errors=True)


def tally_of(story: Story, kills: tuple[int, ...]) -> Tally:
    """One run whose drivers are killed at these points, one after the other. Only in a process that is `ready`."""
    tally = Tally(runs=1)
    root = Path(tempfile.mkdtemp(prefix="orch-kills-", dir=FOLDER))
    name = f"{story.name} @ {','.join(map(str, kills))}"
    try:
        DiskFleet(root / "fleet").make(HOSTS)
        for at in (*kills[:MOST_DEATHS], None):
            code = _wait(_born(root, story, at))
            if code == -signal.SIGKILL:
                tally.kills += 1
                tally.points[(root / "died").read_text()] += 1
                continue
            if code != 0:
                tally.broken.append((name, f"a driver ended with {code}: {_errors(root)}"))
            break
        tally.broken += [(name, wrong) for wrong in broken(root, story)]
        tally.outcomes[story.name, story.ends.value] += 1
    finally:
        shutil.rmtree(root, ignore_errors=True)
        _reap()
    return tally


def _born(root: Path, story: Story, at: int | None) -> int:
    """Fork a driver; what it needs is imported already."""
    child = os.fork()
    if child:
        return child
    code = 3
    try:
        live(root, story, _Reaper(at, root / "died"))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it dies of is told
        (root / "errors.txt").write_text(traceback.format_exc())
    os._exit(code)


class _Reaper(Reaper):
    """Tells where it strikes."""

    def __init__(self, at: int | None, note: Path) -> None:
        super().__init__(at)
        self.note = note

    def point(self, name: str) -> None:
        if self.at == len(self.passed) + 1:
            self.note.write_text(name)
        super().point(name)


def live(root: Path, story: Story, reaper: Reaper) -> None:
    """The life of a driver: open the deployment or find it, drive it to its end, and give the answers that people give."""
    ports = ports_of(root, story, reaper)
    names = ports.journal.deployments()
    name = names[0] if names else open_deployment(ports, story.plan(root), by="ann", approvals=())
    words = _words(ports, story, name)
    for record in ports.journal.read(name):
        words(record)  # a person whose word was lost with the driver says it again
    for _ in range(20):
        deployment = drive(ports, name, driver=f"driver-{os.getpid()}", by="ann", watch=words)
        if deployment.over:
            (root / "points.json").write_text(json.dumps(reaper.passed))
            return
        _answer(ports, deployment, story, DiskFleet(root / "fleet"))
    raise AssertionError(f"no end: {deployment.state}, {next_step(deployment, ports.clock.now())}")


def ports_of(root: Path, story: Story, reaper: Reaper) -> Ports:
    """The real store below `root`, over the fleet in its files."""
    clock, store = QuickClock(reaper), root / "store"
    journal = DoomedJournal(store, clock)
    journal.clock, journal.reaper = clock, reaper
    locks = DoomedLocks(store, clock)
    baselines = DoomedBaselines(store / "baselines")
    playbooks = DoomedPlaybooks(DiskFleet(root / "fleet"), story.release, balanced=story.balanced)
    balancers = DoomedBalancers(DiskFleet(root / "fleet"))
    authority = DoomedAuthority(store)
    authority.policy = story.policy()
    locks.reaper = baselines.reaper = playbooks.reaper = authority.reaper = balancers.reaper = reaper
    plan = story.plan(root)
    return ports_over(
        clock,
        FakePlans(lambda: plan),
        playbooks,
        DiskTargets(DiskFleet(root / "fleet")),
        journal=journal,
        storage=SimulatedStorage(),
        locks=locks,
        baselines=baselines,
        authority=authority,
        balancers=balancers,
        keys=keys_of(story.approvals),
    )


def _words(ports: Ports, story: Story, name: str) -> Watcher:
    """A watcher behind which somebody says the story's word, once."""

    def watch(record: e.Recorded) -> None:
        words: dict[str | None, e.Event] = {
            story.aborts_at: e.AbortRequested(by="bo", reason="phone call"),
            story.pauses_at: e.Paused(by="bo", reason="lunch"),
        }
        word = words.get(record.event.kind)
        if word is not None and not _said(ports, name, word.kind):
            with suppress(Refused):
                say(ports, name, word)

    return watch


def _said(ports: Ports, name: str, kind: str) -> bool:
    return any(record.event.kind == kind for record in ports.journal.read(name))


def _by_hand(fleet: DiskFleet, d: Deployment, attempt: Attempted) -> e.Event:
    """Somebody does the work, or once more where the word was lost with the driver, and says so."""
    stage = d.waves[attempt.wave].stage or ""
    for host in attempt.hosts:
        if attempt.purpose == "deploy":
            fleet.deploy(host, stage, healthy=True)
        else:
            fleet.take_back(host, stage)
    return e.StepAnswered(
        attempt=attempt.attempt, result="done", role="deployment manager", by="cy", note="seen"
    )


def _answer(ports: Ports, d: Deployment, story: Story, fleet: DiskFleet) -> None:
    step = next_step(d, ports.clock.now())
    if not isinstance(step, WaitForPerson):
        raise AssertionError(f"{d.state} stopped at {step}")
    word: e.Event
    if d.open_attempt is not None:
        word = _by_hand(fleet, d, d.open_attempt)
    elif "approve" in step.choices:
        given = {given_word.approval.role for given_word in d.authority.approvals}
        role = next(role for role in story.approvals if role not in given)
        word = e.ApprovalGiven(signed=approval(d, role, ports.clock.now()), by=role)
    elif d.driving.paused is not None:
        word = e.Resumed(by="bo", reason="back")
    elif d.driving.hold is not None and d.stage.once and d.state is State.DEPLOYING:
        word = e.Retried(by="bo", reason="it had not begun", again=True)
    elif d.driving.hold is not None:
        word = e.BackoutBegan(hosts=d.touched_hosts, reason="enough", by="bo")
    else:
        word = e.Confirmed(wave=d.rollout.wave, role="service owner", by="cy", note="looked")
    with suppress(OrchError):
        say(ports, d.id, word)


def _wait(child: int) -> int:
    """How the driver ended, as an exit code or the negative number of its signal; one that never ends is ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 124


def _reap() -> None:
    """Workers that outlived their driver come to us when they end."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _errors(root: Path) -> str:
    errors = root / "errors.txt"
    return errors.read_text()[-1500:] if errors.exists() else "it said nothing"


def story_named(name: str) -> Story:
    """The story of this name."""
    return next(story for story in STORIES if story.name == name)


__all__ = ["Tally", "kill", "ready", "story_named", "tally_of"]
