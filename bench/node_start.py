"""Where an attempt starts sooner: here or at a node of a zone, in turns, over the same hosts and the same PostgreSQL.

`starts`: from the intent on the journal to the first task on a host, by the evidence of the run. The first wave of a deployment
carries its private copy to the node; later waves have it there. The CPU is of the driver with all that it started.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.compare import run_metered
from bench.contenders import environment
from bench.journal_times import Times, first_task
from bench.site import BenchFault, Site
from bench.team_home import ORCH, TeamHome, fresh_database, postgresql, team_home
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal import events as e

ZONE = "bench"
WAYS = ("local", "node")
WAVES: list[str | int] = [1, 1, "rest"]
Say = Callable[[str], None]


def pairs(site: Site, rounds: int, say: Say) -> dict[str, Times]:
    """Medians of each way, and of the differences of the pairs. The first pair is not counted: all is new in it."""
    plans = {"local": site.write_plan("local.yml", WAVES), "node": _zoned_plan(site)}
    figures: dict[str, list[Times]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="ob-") as made, postgresql() as server:
        folder = Path(made)
        url = fresh_database(server)
        variables = environment(folder, {"ORCH_HOME": str(folder / "orch"), "ORCH_STORE_URL": url})
        with team_home(folder, site.project, variables, ZONE) as home:
            for number in range(rounds + 1):
                for way in WAYS if number % 2 == 0 else reversed(WAYS):
                    times = _deployed(site, plans[way], home, way, url)
                    say(f"  {len(site.names)} hosts, round {number}, {way}: first {times['first']:.2f} s, "
                        f"later {times['later']:.2f} s, wall {times['wall']:.1f} s")  # fmt: skip
                    if number:
                        figures[way].append(times)
    medians = {
        way: {name: median(each[name] for each in runs) for name in runs[0]} for way, runs in figures.items()
    }
    more = {
        name: median(
            there[name] - here[name] for here, there in zip(figures["local"], figures["node"], strict=True)
        )
        for name in medians["local"]
    }
    return {**medians, "node above local": more}


def _zoned_plan(site: Site) -> Path:
    """The same plan, over an inventory that has the same hosts in a zone."""
    folder = site.project / "inventories" / "zoned"
    shutil.copytree(site.inventory.parent, folder, dirs_exist_ok=True)
    hosts = folder / "hosts.yml"
    hosts.write_text(
        re.sub(
            r"^(\s+)ansible_user:",
            rf"\1orch_zone: {ZONE}\n\1ansible_user:",
            hosts.read_text(),
            flags=re.MULTILINE,
        )
    )
    plan = site.write_plan("node.yml", WAVES)
    plan.write_text(plan.read_text().replace("inventory: inventories/bench", "inventory: inventories/zoned"))
    return plan


def _deployed(site: Site, plan: Path, home: TeamHome, way: str, url: str) -> Times:
    site.reset()
    cost_folder = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        cost = run_metered([*ORCH, "deploy", str(plan)], dict(home.environment), cost_folder, site.project)
    finally:
        shutil.rmtree(cost_folder)
    site.verify()
    orch = Path(home.environment["ORCH_HOME"])
    journal = SqlJournal(orch, SystemClock(), url=url)
    try:
        records = journal.read(journal.deployments()[0])
    finally:
        journal.close()
    attempts = home.node / "attempts" if way == "node" else orch / "attempts"
    starts = [
        first_task(_evidence(attempts / record.event.attempt)) - record.at.timestamp()
        for record in records
        if isinstance(record.event, e.AttemptIntended)
    ]
    if len(starts) != len(WAVES):
        raise BenchFault(f"{plan.name} had {len(starts)} attempts")
    return {"first": starts[0], "later": median(starts[1:]), "wall": cost["wall"], "cpu": cost["cpu"]}


def _evidence(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "evidence.jsonl").read_text().splitlines()]
