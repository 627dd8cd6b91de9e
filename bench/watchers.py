"""What it costs a deployment that a hundred people watch it: driven with nobody and with so many, in turns.

`python -m bench.watchers 100 100 5`: watchers, hosts, pairs; `postgresql` after them has the store on a server of its own.
The deployment waits as a real one does while its runs last.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from queue import Queue
from statistics import median

import httpx

from bench.contenders import ROOT
from bench.scale import simulated
from bench.served import Served, browser_of, served
from bench.site import BenchFault
from bench.team_home import fresh_database, postgresql
from orchestrator.engine.drive import drive
from orchestrator.web.live.hub import MOST_OF_ONE_PERSON

STEP = 0.2
"""Seconds that pass after each event, as in a small rollout on real hosts."""


def measured(watchers: int, hosts: int, pairs: int, server: str | None = None) -> dict[str, object]:
    """Seconds of wall and CPU of the driver, without and with watchers; and the service's CPU beside it.

    `server`: the PostgreSQL on which each run has a database of its own.
    """
    runs: dict[str, list[dict[str, float]]] = {"nobody": [], "watched": []}
    load = os.getloadavg()[0]
    for number in range(pairs):
        order = ("nobody", "watched") if number % 2 == 0 else ("watched", "nobody")
        for how in order:
            runs[how].append(_driven(watchers if how == "watched" else 0, hosts, server))
    ratios = {
        name: round(
            median(b[name] / a[name] for a, b in zip(runs["nobody"], runs["watched"], strict=True)), 3
        )
        for name in ("wall", "cpu")
    }
    medians = {
        how: {name: round(median(run[name] for run in each), 2) for name in each[0]}
        for how, each in runs.items()
    }
    return {"watchers": watchers, "hosts": hosts, "pairs": pairs, "load": load, "ratios": ratios, **medians}


def _driven(watchers: int, hosts: int, database: str | None) -> dict[str, float]:
    url = None if database is None else fresh_database(database)
    with tempfile.TemporaryDirectory(prefix="ob-") as folder:
        home = Path(folder)
        command = [
            sys.executable,
            "-m",
            "bench.watchers",
            "drive",
            str(home),
            str(hosts),
            *([] if url is None else [url]),
        ]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as driver:
            if driver.stdin is None or driver.stdout is None:
                raise BenchFault("no pipe")
            name = driver.stdout.readline().strip()
            with served(home, url, people=max(1, -(-watchers // MOST_OF_ONE_PERSON))) as server:
                seen = _watching(server, name, watchers)
                before = server.cpu()
                driver.stdin.write("go\n")
                driver.stdin.close()
                figures = json.loads(driver.stdout.readline())
                used = server.cpu() - before
                for thread in seen:
                    thread.join(60)
        return {**figures, "server_cpu": used}


def _watching(server: Served, name: str, watchers: int) -> list[threading.Thread]:
    """Connections that read all that comes, shared out among people as the service allows it."""
    answers: Queue[int] = Queue()
    # Whoever logs in often at once is slowed down: each person does it once, and opens the page many times.
    logins = [_cookies_of(server, person) for person in range(-(-watchers // MOST_OF_ONE_PERSON))]

    def watch(number: int) -> None:
        cookies = logins[number // MOST_OF_ONE_PERSON]
        with (
            httpx.Client(base_url=server.address, trust_env=False, timeout=600, cookies=cookies) as browser,
            browser.stream("GET", f"/deployments/{name}/stream") as answer,
        ):
            answers.put(answer.status_code)
            for _ in answer.iter_raw():
                pass

    threads = [threading.Thread(target=watch, args=(number,), daemon=True) for number in range(watchers)]
    for thread in threads:
        thread.start()
    statuses = [answers.get(timeout=300) for _ in threads]
    if set(statuses) - {200}:
        raise BenchFault(f"not everybody can watch: {sorted(set(statuses))}")
    return threads


def _cookies_of(server: Served, person: int) -> httpx.Cookies:
    with browser_of(server.address, person) as browser:
        return httpx.Cookies(browser.cookies)


def _drive(home: str, hosts: str, url: str | None = None) -> None:
    """The driver by itself: it opens the deployment, waits for the word, and says what it used."""
    ports, name = simulated(int(hosts), 5, Path(home), sealed=True, url=url)
    print(name, flush=True)
    sys.stdin.readline()
    began, before = time.monotonic(), _cpu()
    drive(ports, name, driver="bench", by="ann", watch=lambda _record: time.sleep(STEP))
    print(json.dumps({"wall": time.monotonic() - began, "cpu": _cpu() - before}), flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(*words: str) -> None:
    """Print the figures as JSON."""
    if words[0] == "drive":
        _drive(*words[1:])
        return
    watchers, hosts, pairs = (int(word) for word in words[:3])
    with postgresql() if words[-1] == "postgresql" else nullcontext() as server:
        print(json.dumps(measured(watchers, hosts, pairs, server), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
