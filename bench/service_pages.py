"""What pages of the service cost: of a deployment to many hosts, and over a history of many deployments.

`python -m bench.service_pages 10000 2000 7`, and a URL of an empty PostgreSQL database for the same there; `postgresql` starts
one for it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median

from bench.history import Calendar, write_history
from bench.scale import residue, simulated
from bench.served import Served, served
from bench.site import BenchFault
from bench.team_home import postgresql
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.engine.drive import drive

OVERVIEWS = ("/", "/deployments", "/calendar", "/records", "/reports", "/reports/capability", "/reviews", "/cmdb",
             "/rules", "/approvals",
             "/api/v1/deployments", "/api/v1/briefs", "/api/v1/schedule", "/api/v1/measures")  # fmt: skip
OF_ONE = (
    "/deployments/{}",
    "/deployments/{}/waves/3",
    "/deployments/{}/plan",
    "/records/{}",
    "/api/v1/deployments/{}",
)

Figures = dict[str, dict[str, float]]


def measured(hosts: int, deployments: int, rounds: int, url: str | None = None) -> dict[str, object]:
    """Milliseconds of wall and of the server's CPU for each page: the first, and the median of those after it."""
    with tempfile.TemporaryDirectory(prefix="ob-") as folder:
        home = Path(folder)
        name = _filled(home, hosts, deployments, url)
        began = os.getloadavg()[0]
        with served(home, url) as server:
            paths = [*OVERVIEWS, *(each.format(name) for each in OF_ONE)]
            pages = {path.replace(name, "{id}"): _page(server, path, rounds) for path in paths}
        return {"hosts": hosts, "deployments": deployments, "load": began, "pages": pages}


def _filled(home: Path, hosts: int, deployments: int, url: str | None) -> str:
    """A deployment to so many hosts, and a history; both sealed, as the program keeps them."""
    with tempfile.TemporaryDirectory(prefix="ob-") as folder:
        ports, name = simulated(hosts, 20, Path(folder))
        drive(ports, name, driver="bench", by="ann", watch=residue(ports))
        events = [record.event for record in ports.journal.read(name)]
    clock = Calendar()
    journal = SqlJournal(home, clock, url=url, seal_keys=FolderSealKeys(home, SystemClock().now))
    write_history(journal, clock, deployments, 10)
    clock.moment = SystemClock().now()
    journal.append(name, 0, events)
    journal.close()
    return name


def _page(server: Served, path: str, rounds: int) -> dict[str, float]:
    walls, cpus, size = [], [], 0
    for _ in range(rounds + 1):
        began, before = time.perf_counter(), server.cpu()
        answer = server.browser.get(path)
        if answer.status_code != 200:
            raise BenchFault(f"{path} was answered with {answer.status_code}")
        walls.append((time.perf_counter() - began) * 1000)
        cpus.append((server.cpu() - before) * 1000)
        size = len(answer.content)
    return {
        "first_wall": round(walls[0]),
        "wall": round(median(walls[1:])),
        "first_cpu": round(cpus[0]),
        "cpu": round(median(cpus[1:])),
        "bytes": size,
    }


def main(hosts: str, deployments: str, rounds: str, url: str | None = None) -> None:
    """Print the figures as JSON."""
    with postgresql() if url == "postgresql" else nullcontext(url) as place:
        print(json.dumps(measured(int(hosts), int(deployments), int(rounds), place), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
