"""How a team scales: deployments at once over simulated hosts, with one, two and four workers, on one PostgreSQL.

`python -m bench.team_scale 20 200 1,2,4 3`: deployments, hosts in all, workers, rounds. Queue, claims, journal and the process
of each driver are real; hosts and runs are in the drivers' memory, and a run lasts as long as it is told to: as a real one, it
costs its driver nothing but looks. `cpu` is of workers and drivers together, that of PostgreSQL beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event

from bench.contenders import ROOT
from bench.scale import with_items
from bench.site import BenchFault
from bench.table import figures
from bench.team_home import fresh_database, postgresql
from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.driver_processes import DriverProcesses
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import DirectoryBaselineStore, SqlHostLocks, SqlJournal
from orchestrator.bootstrap import nodes
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.run_attempt import POLL
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.engine.use_cases.drive_job import drive_job
from orchestrator.engine.use_cases.fruitless_starts import FruitlessStarts
from tests.fakes.authority import FakeAuthority
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks, Script
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.worlds.plans import plan_of, plan_tree, prepared
from tests.worlds.ports import ports_over

RUN_SECONDS = 3.0
WAVES = 3
LONGEST = 900.0
AT_ONCE = 8
"""Deployments of a worker at once, as `orch worker` has by default."""
TICKS = os.sysconf("SC_CLK_TCK")


def ports_of(home: Path, url: str, number: int, hosts: int) -> tuple[Ports, PreparedPlan]:
    """Ports over the hosts of one deployment, which nobody else has."""
    clock, targets = SystemClock(), FakeTargets()
    playbooks = FakePlaybooks(clock.now)
    playbooks.script("deploy", None, Script(seen_running=round(RUN_SECONDS / POLL)))
    fleet = tuple(
        Target(
            host=f"d{number:03}h{n:04}.example.org",
            address=f"10.{number}.{n >> 8}.{n & 255}",
            groups=("web",),
        )
        for n in range(hosts)
    )
    with_items(targets, fleet)
    tree = plan_tree(waves=[max(1, hosts // WAVES)] * (WAVES - 1) + ["rest"])
    tree["release"] |= {"name": f"app{number}"}
    authority = FakeAuthority()
    plan = prepared(plan_of(tree), fleet, authority)
    return ports_over(
        clock,
        FakePlans(lambda: plan),
        playbooks,
        targets,
        journal=SqlJournal(home, clock, url=url, seal_keys=FolderSealKeys(home, clock.now)),
        storage=FakeStorage(size=1 << 40),
        locks=SqlHostLocks(home, clock, url=url),
        baselines=DirectoryBaselineStore(home / "baselines"),
        authority=authority,
    ), plan


def measured(deployments: int, hosts: int, workers: list[int], rounds: int) -> dict[str, dict[str, float]]:
    """Medians by number of workers, in turns; and how many times the deployments of one worker are done in the same time."""
    runs: dict[int, list[dict[str, float]]] = {number: [] for number in workers}
    for each in range(rounds):
        for number in workers if each % 2 == 0 else reversed(workers):
            runs[number].append(_round(deployments, hosts // deployments, number))
            print(f"  round {each}, {number} workers: {runs[number][-1]}", file=sys.stderr)
    medians = {n: {name: median(run[name] for run in each) for name in each[0]} for n, each in runs.items()}
    return {
        f"{n} workers": {**each, "times_as_fast": medians[workers[0]]["wall"] / each["wall"]}
        for n, each in medians.items()
    }


def _round(deployments: int, hosts: int, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="ob-") as folder, postgresql() as server:
        home, url = Path(folder) / "home", fresh_database(server)
        home.mkdir(mode=0o700)
        names = [_opened(home, url, number, hosts) for number in range(deployments)]
        looks, _ = ports_of(home, url, 0, 1)
        database = _server_pid(server)
        with _at_work(Path(folder), home, url, workers, hosts) as processes:
            load, began = os.getloadavg()[0], time.monotonic()
            before = sum(map(_cpu_of, processes)), _cpu_of(database)
            queue = nodes.queued_drivers(url)
            for name in names:
                queue.begin(name, "ann")
            _await_ends(looks, names)
            wall = time.monotonic() - began
            while any(
                queue.alive(name) for name in names
            ):  # its driver is reaped by then, and its CPU counted
                time.sleep(0.2)
            used, its = sum(map(_cpu_of, processes)) - before[0], _cpu_of(database) - before[1]
        nodes.queue_at(url).close()
        looks.journal.close()  # type: ignore[attr-defined]
        return {
            "wall": wall,
            "cpu": used,
            "cpu_for_each": used / deployments,
            "database_cpu": its,
            "load": load,
        }


def _opened(home: Path, url: str, number: int, hosts: int) -> str:
    ports, plan = ports_of(home, url, number, hosts)
    name = open_deployment(ports, plan, by="ann", approvals=())
    ports.journal.close()  # type: ignore[attr-defined]
    return name


def _await_ends(ports: Ports, names: list[str]) -> None:
    deadline, left = time.monotonic() + LONGEST, set(names)
    while left:
        if time.monotonic() > deadline:
            raise BenchFault(f"{len(left)} deployments did not end, such as {min(left)}")
        time.sleep(0.5)
        ended = {name for name in left if folded(ports.journal, name).over}
        wrong = [name for name in ended if folded(ports.journal, name).state is not State.COMPLETED]
        if wrong:
            raise BenchFault(f"{wrong[0]} ended as {folded(ports.journal, wrong[0]).state.value}")
        left -= ended


@contextmanager
def _at_work(folder: Path, home: Path, url: str, workers: int, hosts: int) -> Iterator[list[int]]:
    """So many workers, which have begun."""
    processes = []
    try:
        for number in range(workers):
            command = [sys.executable, "-m", "bench.team_scale", "worker", str(home), url, str(hosts)]
            with (folder / f"worker{number}.log").open("w") as log:
                processes.append(
                    subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
                )
        for worker in processes:
            if worker.stdout is None or worker.stdout.readline() != "at work\n":
                raise BenchFault((folder / "worker0.log").read_text()[-2000:])
        yield [worker.pid for worker in processes]
    finally:
        for worker in processes:
            worker.terminate()
        for worker in processes:
            worker.wait(60)


def _cpu_of(pid: int) -> float:
    """Seconds of CPU of a process, with those that it started and that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def _server_pid(url: str) -> int:
    """Of the server on this socket; its children are counted when they have ended."""
    place = Path(url.partition("host=")[2])
    return int((place / "data/postmaster.pid").read_text().splitlines()[0])


def work(home: Path, url: str, hosts: str) -> None:
    """A worker as `orch worker` is, with drivers of simulated hosts."""
    from orchestrator.adapters.queue import DriveWorker

    def spawn(words: list[str], *, environment: dict[str, str], log: Path) -> process.Child:
        command = [sys.executable, "-m", "bench.team_scale", "drive", str(home), url, hosts, words[4]]
        return process.spawn_child(command, environment=environment, log=log)

    ports, _ = ports_of(home, url, 0, 1)
    drivers = DriverProcesses(home, spawn)  # type: ignore[arg-type]

    fruitless = FruitlessStarts(ports.clock)

    def driven(deployment: str, leaving: object) -> float | None:
        return drive_job(ports, drivers, deployment, by="ann", fruitless=fruitless, leaving=leaving)  # type: ignore[arg-type]

    print("at work", flush=True)
    DriveWorker(nodes.queue_at(url), driven, at_once=AT_ONCE, leaving=Event()).run()


def driven_here(home: Path, url: str, hosts: str, name: str) -> None:
    """A driver, which knows by the name of its deployment which hosts are its own."""
    number = int(name.split("-", maxsplit=1)[0].removeprefix("app"))
    ports, _ = ports_of(home, url, number, int(hosts))
    drive(ports, name, driver=f"bench {os.getpid()}", by="ann", watch=lambda record: None)


def main(*words: str) -> None:
    """Measure, or be a part of what is measured."""
    match words:
        case ("worker", home, url, hosts):
            work(Path(home), url, hosts)
        case ("drive", home, url, hosts, name):
            driven_here(Path(home), url, hosts, name)
        case (deployments, hosts, workers, rounds):
            numbers = [int(each) for each in workers.split(",")]
            kept = measured(int(deployments), int(hosts), numbers, int(rounds))
            print(json.dumps(kept, indent=1))
            print(figures(f"{deployments} deployments at once over {hosts} simulated hosts, medians", kept))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
