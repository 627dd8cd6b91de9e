"""One rollout with one fault: deployed, struck, healed, taken up again until it is over, and judged."""

import random
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.lab.fleet import Lab
from tests.chaos.real.faults import Fault, begins, moment, victim
from tests.chaos.real.oracle import broken
from tests.chaos.real.site import HOSTS, LIMIT, Site, lines_of

MOST_COMMANDS = 8
ACCELERATED = (("orch", 0.5), ("mitogen", 0.6))
"""Half of the rollouts deploy with orch's own accelerator, one in ten through mitogen."""


@dataclass
class Rollout:
    """What was done and what came of it."""

    seed: str
    fault: str
    phase: str
    host: str = ""
    struck: bool = False
    exits: list[str] = field(default_factory=list)
    ended: str = "never"
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    deployment: str = ""
    told: list[str] = field(default_factory=list)
    accelerate: str = "no"


def roll_out(lab: Lab, fault: Fault, phase: str, seed: str, accelerate: str | None = None) -> Rollout:
    """A rollout from its first command to its last word; `accelerate`: how it deploys [default: it is drawn]."""
    draw = random.Random(seed)
    done = Rollout(seed, fault.name, phase, victim(phase, draw))
    share = draw.random()
    done.accelerate = accelerate or next((name for name, most in ACCELERATED if share < most), "no")
    site = Site(lab, Path(tempfile.mkdtemp(prefix="orch-chaos-")))
    began = time.monotonic()
    try:
        site.begin()
        trees = {host: site.tree(host) for host in HOSTS}
        _Attempt(site, fault, phase, draw, done).run()
        done.broken += broken(site, done.deployment, trees, done.host, cuts=fault.cuts)
    except Exception as error:  # noqa: BLE001 - one rollout that the harness cannot finish must not end the others
        done.broken.append(f"the harness gave up: {type(error).__name__}: {error}")
    finally:
        with suppress(Exception):
            fault.heal(site, done.host)
        site.end()
    done.seconds = time.monotonic() - began
    return done


class _Attempt:
    def __init__(self, site: Site, fault: Fault, phase: str, draw: random.Random, done: Rollout) -> None:
        self.site, self.fault, self.phase, self.draw, self.done = site, fault, phase, draw, done
        self.healed = threading.Event()

    def run(self) -> None:
        """The commands that a person gives, one after another."""
        plan = self.site.plan(
            release="bad" if self.phase == "backout" else "good",
            seconds=1.5,
            fails_on=self.fault.fails_on,
            dies_on=self.done.host if self.fault.dies else "",
            accelerate=self.done.accelerate,
        )
        result = self._command("deploy", str(plan))
        for _ in range(MOST_COMMANDS):
            if result.get("over"):
                break
            self._heal()
            result = self._command(*self._next(result))
        self._heal()
        self.done.ended = str(result.get("state", "never"))
        if not result.get("over"):
            self.done.broken.append(f"no end: {result or self.site.complaints()}")

    def _next(self, result: dict[str, Any]) -> list[str]:
        """What a person does next: takes it up again; where it is held tries once more, and then gives it up."""
        name = self.done.deployment
        held = [line for line in result.get("next", []) if "orch retry" in line or "orch abort" in line]
        if not name:
            return ["deploy", str(self.site.project / "plan.yml")]
        if held and "orch retry" in held[0] and not any(e.startswith("retry") for e in self.done.exits):
            return ["retry", name]
        if any("orch rollback" in line for line in result.get("next", [])):
            return ["rollback", name, "--reason", "chaos"]
        return ["resume", name]

    def _command(self, *words: str) -> dict[str, Any]:
        driver = self.site.start(*words)
        watchdog = threading.Timer(LIMIT, driver.kill)
        watchdog.start()
        result: dict[str, Any] = {}
        try:
            for line in lines_of(driver):
                if line.get("kind") == "result":
                    result = line
                else:
                    self._look(line, driver)
        finally:
            watchdog.cancel()
        code = driver.wait()
        self.done.exits.append(f"{words[0]}:{code}")
        self.done.told += [
            *result.get("words", []),
            *(f"{h}: {s['standing']} {s['reason']}" for h, s in result.get("hosts", {}).items()),
        ]
        if code == 70:
            self.done.broken.append(f"orch failed on a defect of its own: {self.site.complaints()[-600:]}")
        return result

    def _look(self, line: dict[str, Any], driver: "subprocess.Popen[str]") -> None:
        self.done.deployment = line.get("deployment", self.done.deployment)
        if self.done.struck or not begins(self.phase, line.get("event", {})):
            return
        self.done.struck = True
        if not self.fault.at_once:
            moment(self.site, self.phase, self.done.deployment, self.draw)
        self.fault.strike(self.site, self.done.host, self.done.deployment, driver)
        pause = 0.0 if self.fault.brief else self.draw.choice((2.0, 5.0, 12.0))
        threading.Timer(pause, self._heal).start()

    def _heal(self) -> None:
        if self.done.struck and not self.healed.is_set():
            self.healed.set()
            self.fault.heal(self.site, self.done.host)
