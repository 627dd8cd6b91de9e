"""A home of SQLite with a history, rules and a project, and the service over it on a port of this machine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from orchestrator.adapters.store import SqlJournal
from orchestrator.bootstrap.service_ports import service_ports, spoken_through
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.journal import events as e
from orchestrator.engine.use_cases.deployment_commands import planned
from orchestrator.web.app import application
from orchestrator.web.request_context import Service
from tests.fakes.drivers import FakeDrivers
from tests.histories import ready_to_deploy
from tests.journals.corpus import NAMES
from tests.journals.home import ClockOfRecords, keep_named
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from orchestrator.engine.ports import Ports
    from orchestrator.web.doors import Doors

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"
"""What a release may be called by whoever writes a plan: markup, a change of direction, and a code of terminals."""
LONG = "node-for-payments-and-settlements-of-the-northern-region-number"
SCHEDULED, RUNNING, HELD = "shop-9.0-scheduled", "payments-3.1-running", "held"


def home_with_history(folder: Path) -> Path:
    """Every journal of the corpus, one deployment ahead, one under way with long names, and rules of the house."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    keep_named(home, *NAMES)
    now = datetime.now(UTC).replace(microsecond=0)
    _ahead(home, now)
    _under_way(home, now)
    for kind in ("policies", "models", "environments"):
        if (ROOT / kind).is_dir():
            shutil.copytree(ROOT / kind, home / kind)
    return home


def _ahead(home: Path, now: datetime) -> None:
    tree = plan_tree()
    tree["release"] |= {"name": "shop", "version": "9.0", "service": "shop"}
    tree["purpose"] = f"So that {HOSTILE} stays text."
    ready = prepared(plan_of(tree), targets_named("web1", "web2"))
    start = PlannedStart(starts=now + timedelta(days=2), missed="ask")
    _write(home, SCHEDULED, now, [planned(ready, by=HOSTILE, start=start), e.Submitted(by="ann")])


def _under_way(home: Path, now: datetime) -> None:
    hosts = tuple(f"{LONG}{n}.example.org" for n in range(1, 9))
    _write(home, RUNNING, now - timedelta(hours=1), ready_to_deploy(hosts))


def _write(home: Path, name: str, at: datetime, events: list[e.Event]) -> None:
    clock = ClockOfRecords()
    clock.show(at)
    SqlJournal(home, clock).append(name, 0, events)


def service_over(
    ports: Ports, doors: Doors, home: Path, address: str, projects: tuple[Path, ...] = ()
) -> Starlette:
    """The application over these ports, for a browser that knows it by this address."""
    return application(
        Service(
            ports=ports,
            speaking=lambda voice: spoken_through(ports, voice),
            drivers=FakeDrivers(lambda deployment, by: None),
            doors=doors,
            home=home,
            address=address,
            projects=projects,
        )
    )


@contextmanager
def listening(home: Path, doors: Doors, projects: tuple[Path, ...] = ()) -> Iterator[str]:
    """The service of this home on a port of this machine; gives its address."""
    ports = service_ports(home, home / "no-house.yml")
    server = uvicorn.Server(uvicorn.Config(lambda: None, host="127.0.0.1", port=0, log_level="warning"))
    server.config.load()
    socket = server.config.bind_socket()
    address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.config.loaded_app = service_over(ports, doors, home, address, projects)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield address
    finally:
        server.should_exit = True
        thread.join(10)
        socket.close()


def first_item(ports: Ports) -> Ci:
    """A configuration item that deployments have changed."""
    from orchestrator.engine.lookup.cmdb_items import known_cis

    return max(known_cis(ports).cis, key=lambda ci: len(ci.changes))
