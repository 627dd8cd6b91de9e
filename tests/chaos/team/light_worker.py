"""`python -m tests.chaos.team.light_worker HOME FLEET`: a worker with the queue's own work, whose drivers are forked from it.

Drivers are as those of `orch worker`: processes that outlive it, with a claim of their own. What they load is loaded before.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from pathlib import Path
from threading import Event, Lock

from orchestrator.adapters.queue import DriveWorker
from orchestrator.bootstrap import nodes
from orchestrator.engine.drive import drive
from orchestrator.engine.ports import Drivers
from orchestrator.engine.use_cases.drive_job import drive_job
from orchestrator.engine.use_cases.fruitless_starts import FruitlessStarts
from orchestrator.errors import OrchError
from tests.chaos.team.light_deployments import light_plan, light_ports
from tests.fakes.plans import FakePlans

AT_ONCE = 32
"""A trial has no more deployments: none waits for a thread."""


def main(home: Path, fleet: Path) -> None:
    """Until SIGTERM."""
    url = nodes.store_url()
    forks = _Forks(home, fleet, url)
    leaving = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: leaving.set())
    ports = light_ports(home, url, fleet)
    fruitless = FruitlessStarts(ports.clock)

    def drive_in_turn(deployment: str, is_leaving: object) -> float | None:
        return drive_job(
            ports,
            forks,
            deployment,
            by="orch",
            fruitless=fruitless,
            leaving=is_leaving,  # type: ignore[arg-type]
            say=lambda name, words: print(f"{name}: {words}", flush=True),
        )

    print("worker: at work", flush=True)
    DriveWorker(nodes.queue_at(url), drive_in_turn, at_once=AT_ONCE, leaving=leaving).run()
    print("worker: ended", flush=True)


class _Forks(Drivers):
    """Drivers that a process without threads forks, one for each line that it is sent."""

    def __init__(self, home: Path, fleet: Path, url: str) -> None:
        self._home, self._fleet, self._url = home, fleet, url
        asks, self._ask = os.pipe()
        self._answers, answers = os.pipe()
        self._pids: dict[str, int] = {}
        self._one_asks = Lock()
        gc.freeze()
        if os.fork() == 0:
            os.close(self._ask)
            self._serve(asks, answers)
        os.close(asks)

    def begin(self, deployment: str, by: str) -> None:
        with self._one_asks:
            os.write(self._ask, f"{deployment}\n".encode())
            answer = os.read(self._answers, 4)
            if not answer:
                raise BrokenPipeError("the process that forks drivers has ended")
            self._pids[deployment] = int.from_bytes(answer, "big")

    def alive(self, deployment: str) -> bool:
        pid = self._pids.get(deployment)
        return pid is not None and Path(f"/proc/{pid}").exists()

    def end(self, deployment: str) -> None:
        if self.alive(deployment):
            os.kill(self._pids[deployment], signal.SIGTERM)

    def kill(self, deployment: str) -> None:
        if self.alive(deployment):
            os.kill(self._pids[deployment], signal.SIGKILL)

    def last_words(self, deployment: str) -> str:
        return (self._log(deployment).read_text().splitlines() or [""])[-1]

    def _log(self, deployment: str) -> Path:
        return self._home / "driven" / f"{deployment}.log"

    def _serve(self, asks: int, answers: int) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with os.fdopen(asks) as lines:
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    self._drive(line.strip())
                os.write(answers, pid.to_bytes(4, "big"))
        os._exit(0)

    def _drive(self, deployment: str) -> None:
        os.setsid()
        os.closerange(3, 64)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = self._log(deployment)
        log.parent.mkdir(exist_ok=True)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        print(f"driver {os.getpid()} of {deployment}", flush=True)
        try:
            pair = int(deployment.split("-")[1])
            project = self._home.parent / "project"
            plan = light_plan(project, self._home, pair, (project / f"plans/pair{pair}.yml").read_text())
            ports = light_ports(self._home, self._url, self._fleet, FakePlans(lambda: plan))
            drive(ports, deployment, driver=f"driver {os.getpid()}", by="orch", watch=lambda record: None)
        except OrchError as fault:
            print(f"{type(fault).__name__}: {fault}", flush=True)
        except BaseException:  # noqa: BLE001 - whatever it dies of is told
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
