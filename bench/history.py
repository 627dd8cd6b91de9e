"""What earlier deployments cost: the questions that look at all of them, asked of a journal that holds a thousand.

A governed deployment is driven to its end in memory, and one that is backed out; their journals are written down again under
other names, a day apart, each fourth of them backed out. Each question is asked over a connection of its own, as by a command.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.scale import Figures, child, peak, residue, simulated
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import Event
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup import admission_facts
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.snapshots import briefs, every, folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import schedule
from orchestrator.engine.use_cases.deployment_commands import refuse_second

POLICY = ReleasePolicy.model_validate(
    {"orch": 1, "policy": "house", "version": 1, "title": "House rules", "undo_before_close": False}
)
WAVES = 3
BACKED_OUT_EACH = 4


class Calendar(SystemClock):
    """A clock that says whatever moment it is set to."""

    moment = datetime(2020, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment it is set to."""
        return self.moment


def asked(deployments: int, hosts: int, home: Path) -> Figures:
    """Seconds of CPU that each question takes, and bytes that the journal holds for each deployment."""
    _write(deployments, hosts, home)
    ports, opened = simulated(hosts, WAVES, home, policy=POLICY)
    figures = {
        "fold_all_anew": _timed(ports, home, _look_at_all),
        "kept_folds": _timed(ports, home, _look_at_all),
        "list": _timed(ports, home, lambda asking: briefs(asking.journal)),
        "newest": _timed(ports, home, partial(find, deployment=None)),
        "second_of_the_plan": _timed(ports, home, _refused_second),
        "schedule": _timed(ports, home, schedule.all_bookings),
    }
    driver = replace(ports, journal=SqlJournal(home, ports.clock))
    for name in ("admission", "leave_for_a_wave"):
        began = time.process_time()
        admission_facts.may_start(driver, folded(driver.journal, opened), ports.clock.now())
        figures[name] = time.process_time() - began
    figures["peak_memory"] = peak()
    size = sum(file.stat().st_size for file in home.glob("journal*"))
    figures["journal_bytes_per_deployment"] = size / (deployments + 1)
    return figures


def in_own_process(deployments: int, hosts: int) -> Figures:
    """The figures of one journal, made by a fresh process."""
    return child("bench.history", str(deployments), str(hosts))


def _write(deployments: int, hosts: int, home: Path) -> None:
    clock = Calendar()
    write_history(SqlJournal(home, clock), clock, deployments, hosts)


def write_history(journal: SqlJournal, clock: Calendar, deployments: int, hosts: int) -> None:
    """The journals of as many deployments, one a day, up to yesterday."""
    endings = [_events(hosts, fails=True), *[_events(hosts, fails=False)] * (BACKED_OUT_EACH - 1)]
    for number in range(deployments):
        clock.moment = datetime.now(UTC) - timedelta(days=deployments - number)
        journal.append(f"app-1.{number}", 0, endings[number % BACKED_OUT_EACH])


def _events(hosts: int, *, fails: bool) -> list[Event]:
    with tempfile.TemporaryDirectory(prefix="ob-") as home:
        ports, name = simulated(hosts, WAVES, Path(home), fails=fails, policy=POLICY)
        drive(ports, name, driver="bench", by="ann", watch=residue(ports))
        return [record.event for record in ports.journal.read(name)]


def _timed(ports: Ports, home: Path, question: Callable[[Ports], object]) -> float:
    began = time.process_time()
    question(replace(ports, journal=SqlJournal(home, ports.clock)))
    return time.process_time() - began


def _look_at_all(ports: Ports) -> None:
    for _ in every(ports.journal):
        pass


def _refused_second(ports: Ports) -> None:
    """The plan is that of the one that is open, which is found first; all must be looked at where none is."""
    prepared = ports.plan_files.load(Path("plan.yml")).model_copy(update={"plan_sha256": "f" * 64})
    refuse_second(ports.journal, prepared)


def main(deployments: str, hosts: str) -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory(prefix="ob-") as home:
        print(json.dumps(asked(int(deployments), int(hosts), Path(home))))


if __name__ == "__main__":
    main(*sys.argv[1:])
