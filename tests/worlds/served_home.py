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

from orchestrator.bootstrap.service_ports import service_ports, spoken_through
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.journal import events as e
from orchestrator.engine.use_cases.deployment_commands import planned
from orchestrator.web.app import application
from orchestrator.web.listening import Place, bound, config_of
from orchestrator.web.request_context import Service
from tests.fakes.drivers import FakeDrivers
from tests.histories import ready_to_deploy
from tests.journals.corpus import NAMES, recorded
from tests.journals.home import keep, keep_named
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.project import make

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from orchestrator.engine.node_ports import NodeBook
    from orchestrator.engine.ports import Ports
    from orchestrator.web.doors import Doors

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"
"""What a release may be called by whoever writes a plan: markup, a change of direction, and a code of terminals."""
LONG = "node-for-payments-and-settlements-of-the-northern-region-number"
SCHEDULED, RUNNING, REVIEWED = "shop-9.0-scheduled", "payments-3.1-running", "shop-8.0-reviewed"


def home_with_history(folder: Path) -> Path:
    """Every journal of the corpus, one deployment ahead, one under way with long names, and rules of the house."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    keep_named(home, *NAMES, sealed=True)
    now = datetime.now(UTC).replace(microsecond=0)
    _ahead(home, now)
    _under_way(home, now)
    _reviewed(home, now)
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


def _reviewed(home: Path, now: datetime) -> None:
    """Backed out, with a review that is begun and an action that is overdue."""
    records = recorded("pilot_backed_out")
    later: list[e.Event] = [
        e.PostReviewOpened(by="ann"),
        e.ActionAgreed(what=f"Watch {HOSTILE}.", owner="Bo Ek", due=now - timedelta(days=3), by="ann"),
    ]
    keep(home, REVIEWED, records, sealed=True)
    _write(home, REVIEWED, now - timedelta(days=9), later, len(records))


def _write(home: Path, name: str, at: datetime, events: list[e.Event], after: int = 0) -> None:
    records = [
        e.Recorded(deployment=name, seq=n, at=at, event=each) for n, each in enumerate(events, after + 1)
    ]
    keep(home, name, records, sealed=True)


def service_over(
    ports: Ports,
    doors: Doors,
    home: Path,
    address: str,
    projects: tuple[Path, ...] = (),
    nodes: NodeBook | None = None,
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
            nodes=nodes,
        )
    )


@contextmanager
def listening(
    home: Path, doors: Doors, projects: tuple[Path, ...] = (), nodes: NodeBook | None = None
) -> Iterator[str]:
    """The service of this home on a port of this machine; gives its address."""
    ports = service_ports(home, home / "no-house.yml")
    place = Place("127.0.0.1", 0)
    socket = bound(place)
    address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    server = uvicorn.Server(config_of(service_over(ports, doors, home, address, projects, nodes), place))
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


def addresses() -> tuple[str, ...]:
    """Every kind of page that reads the journal and the rules."""
    return (
        "/",
        "/deployments",
        "/calendar",
        "/plans",
        "/records",
        "/reports?from=2026-03-01&to=2026-03-10",
        "/reviews",
        "/cmdb",
        "/rules",
        "/keys",
        "/nodes",
        "/plans/1/plans/shop.yml",
        "/plans/1/plans/broken.yml",
        f"/deployments/{SCHEDULED}/plan",
        f"/deployments/{RUNNING}/plan",
        "/deployments/residue/plan",
        "/records/residue",
        "/records/hostile_text",
        "/records/residue/whole",
        "/records/hostile_text/whole",
        "/reports/capability?from=2026-01-01&to=2026-03-10",
        "/cmdb/audits",
    )


def project_of(folder: Path) -> Path:
    """A project with a good plan, a broken one, and a link to a plan outside of it."""
    project = folder / "project"
    plan = make(project)
    wrong = HOSTILE.partition("\u202e")[0]
    (plan.parent / "broken.yml").write_text(f"orch: 1\npurpose: '{wrong}'\nwaves: 3\n")
    outside = folder / "outside.yml"
    outside.write_text(plan.read_text())
    (plan.parent / "outside.yml").symlink_to(outside)
    return project
