"""`orch serve` as a process over a home of the benchmark: its pages, and the CPU that it uses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.contenders import ROOT
from bench.site import BenchFault

PASSWORD = "correct horse battery staple"
TICKS = os.sysconf("SC_CLK_TCK")


class Served(NamedTuple):
    """The server, and a browser in which somebody is logged in who may do everything."""

    pid: int
    address: str
    browser: httpx.Client

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def served(home: Path, url: str | None = None, people: int = 1) -> Iterator[Served]:
    """Serve this home, or the store at the URL, with so many people who may do everything; the first one is logged in."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("ORCH_")}
    env = {**names, "ORCH_HOME": str(home), **({"ORCH_STORE_URL": url} if url else {})}
    orch = [sys.executable, "-m", "orchestrator"]
    for number in range(people):
        added = [
            *orch,
            "people",
            "add",
            login(number),
            "--role",
            "administrator",
            "--role",
            "deployment manager",
        ]
        subprocess.run(
            [*added, "--password"],
            cwd=ROOT,
            env=env,
            input=f"{PASSWORD}\n",
            text=True,
            check=True,
            capture_output=True,
        )
    log = (home / "served.log").open("w")
    with (
        log,
        subprocess.Popen(
            [*orch, "serve", "--port", "0"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            first = process.stdout.readline() if process.stdout is not None else ""
            place = re.search(r" at (https?://\S+?)/ ;", first)
            if place is None:
                raise BenchFault(f"orch serve did not begin: {(home / 'served.log').read_text()[:400]}")
            with browser_of(place[1], 0) as browser:
                yield Served(process.pid, place[1], browser)
        finally:
            process.terminate()


def login(number: int) -> str:
    """The login of one of the people."""
    return f"ada{number}"


@contextmanager
def browser_of(address: str, number: int) -> Iterator[httpx.Client]:
    """A browser in which this person is logged in."""
    with httpx.Client(base_url=address, trust_env=False, timeout=600) as browser:
        answer = browser.post("/login", data={"login": login(number), "password": PASSWORD})
        if answer.status_code != 303:
            raise BenchFault(f"{login(number)} could not log in: {answer.status_code}")
        yield browser
