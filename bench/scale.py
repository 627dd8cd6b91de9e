"""orch's own cost at 1,000 and 10,000 hosts: the real engine, policy, fold and SQL store, over hosts that are in memory.

Every deployment is a process of its own, so that its peak memory is its own. Where Ansible's share stands beside it, that is
measured by bench.ansible_share.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from bench.contenders import ROOT
from bench.site import BenchFault
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.adapters.store import DirectoryBaselineStore, SqlHostLocks, SqlJournal
from orchestrator.cli.views.tree import tree_lines
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.evidence.run_evidence import HostEvidence, Recap, RunEvidence, RunExit
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import BackoutBegan, Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.evidence.verdict import judge
from tests.fakes.authority import FakeAuthority
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks, Script
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.ports import ports_over

ITEMS = 40
"""Configuration items in each host's baseline."""
CHECKS = 3
TASKS = 12
"""Tasks by which a cost for each host and task is reckoned."""
LIVE_ROWS = 50
CALLS = 5
"""Of the program itself, after which the middle one is told."""

Figures = dict[str, float]


class Unwaiting(SystemClock):
    """The time as it is; waiting takes none, so that only work is measured."""

    def sleep(self, seconds: float) -> None:
        """At once."""


def with_items(targets: FakeTargets, fleet: Iterable[Target]) -> None:
    """Have each machine hold so many files."""
    for target in fleet:
        for item in range(ITEMS):
            targets.machine(target.host).items["file", f"/opt/app/{item}"] = {
                "sha256": f"{item:064x}",
                "mode": "0644",
            }


def simulated(
    hosts: int,
    waves: int,
    home: Path,
    *,
    fails: bool = False,
    policy: ReleasePolicy | None = None,
    sealed: bool = False,
    url: str | None = None,
) -> tuple[Ports, str]:
    """Ports over hosts in memory and a store on the disk, and a deployment that was opened there.

    One that `fails` does so in its last wave, and a tenth of the hosts does not come back as it was.
    """
    clock, targets = Unwaiting(), FakeTargets()
    playbooks = FakePlaybooks(clock.now)
    fleet = tuple(
        Target(
            host=f"host{n:05}.example.org", address=f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", groups=("web",)
        )
        for n in range(hosts)
    )
    with_items(targets, fleet)
    sizes = [hosts // waves] * (waves - 1)
    if fails:
        last = [target.host for target in fleet[hosts // waves * (waves - 1) :]]
        playbooks.script("deploy", last, Script(results={last[0]: "not_done"}))
    tree = plan_tree(waves=[*sizes, "rest"])
    tree["validation"]["acceptance"] = [{"http": f"http://{{address}}/{n}"} for n in range(CHECKS)]
    authority = FakeAuthority(policy)
    plan = prepared(plan_of(tree), fleet, authority)
    ports = ports_over(
        clock,
        FakePlans(lambda: plan),
        playbooks,
        targets,
        journal=SqlJournal(
            home, clock, url=url, seal_keys=FolderSealKeys(home, clock.now) if sealed else None
        ),
        storage=FakeStorage(size=1 << 40),
        locks=SqlHostLocks(home, clock, url=url),
        baselines=DirectoryBaselineStore(home / "baselines"),
        authority=authority,
    )
    return ports, open_deployment(ports, plan, by="ann", approvals=())


def residue(ports: Ports) -> Callable[[Recorded], None]:
    """For `drive` to call: where a backout begins, every tenth host gets a file that no baseline has."""

    def watch(record: Recorded) -> None:
        if isinstance(record.event, BackoutBegan) and isinstance(ports.targets, FakeTargets):
            for host in record.event.hosts[::10]:
                left: dict[str, AttributeValue] = {"sha256": "f" * 64, "mode": "0600"}
                ports.targets.machine(host).items["file", "/opt/app/left"] = left

    return watch


def deployed(hosts: int, waves: int, home: Path, *, fails: bool = False) -> Figures:
    """One deployment to its end, and what it cost this process beyond what the simulation itself takes."""
    ports, name = simulated(hosts, waves, home, fails=fails)

    began, cpu = time.monotonic(), time.process_time()
    before = _resident()
    ended = drive(ports, name, driver="bench", by="ann", watch=residue(ports))
    wall, cpu = time.monotonic() - began, time.process_time() - cpu
    if ended.state is not (State.BACKED_OUT_WITH_RESIDUE if fails else State.COMPLETED):
        raise AssertionError(f"the simulated deployment ended as {ended.state.value}")
    journal = sum(path.stat().st_size for path in home.glob("journal.sqlite*"))
    store = sum(path.stat().st_size for path in (home / "baselines").rglob("*") if path.is_file())
    return {
        "wall": wall,
        "cpu": cpu,
        "cpu_ms_per_host_and_task": cpu / hosts / TASKS * 1000,
        "peak_memory": peak(),
        "memory_before": before,
        "journal_bytes": journal,
        "journal_bytes_per_host": journal / hosts,
        "baseline_bytes_per_host": store / hosts,
        **_views(ports, name),
        **_program(home, name),
        **_rules(hosts),
    }


def _views(ports: Ports, name: str) -> Figures:
    """Seconds of CPU that each way to look at the deployment takes, for the work is the same on a busy machine.

    `nothing_kept` is what status takes after an upgrade; the first status after the driver's last wave, and the next.
    """
    now = ports.clock.now()
    records: list[Recorded] = []

    def read() -> None:
        records[:] = ports.journal.read(name)

    def status() -> None:
        d = folded(ports.journal, name)
        tree_lines(d, story_on(ports.journal, d), now, {})

    figures = {"status_first": _timed(status), "status": _timed(status)}
    d = folded(ports.journal, name)
    story = story_on(ports.journal, d)
    figures["list"] = _timed(lambda: briefs(ports.journal))
    figures["live_frame"] = _timed(lambda: tree_lines(d, story, now, {}, LIVE_ROWS))
    figures["read_journal"] = _timed(read)
    figures["nothing_kept"] = figures["read_journal"] + _timed(lambda: fold(records))
    figures["text_record"] = _timed(lambda: text_record(records, now))
    figures["html_record"] = _timed(lambda: html_record(records, now))
    figures["html_bytes"] = float(len(html_record(records, now)))
    return figures


def _program(home: Path, name: str) -> Figures:
    """Seconds that the program itself takes to answer, from its start to its end: the middle one of some calls."""
    command = [sys.executable, "-m", "orchestrator", "status", name]
    walls, cpus = [], []
    for _ in range(CALLS):
        began, before = time.monotonic(), _children_cpu()
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "ORCH_HOME": str(home)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        walls.append(time.monotonic() - began)
        cpus.append(_children_cpu() - before)
    return {"orch_status_wall": median(walls), "orch_status": median(cpus)}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rules(hosts: int) -> Figures:
    """Seconds of CPU that the rules take which look at all hosts of a wave at once: here a wave of all hosts."""
    names = [f"host{n}" for n in range(hosts)]
    targets = targets_named(*names)
    plan = plan_of(plan_tree(waves=[{"hosts": names}]))
    request = AttemptRequest(
        attempt="a",
        deployment="d",
        purpose="deploy",
        playbook="/p",
        project="/",
        inventory="/i",
        hosts=tuple(names),
        variables={},
    )
    seen = tuple(
        HostEvidence(host=name, plays=1, real=1, sentinel=True, identity=name, recap=Recap())
        for name in names
    )
    now = SystemClock().now()
    end = RunExit(exit_code=0, started_at=now, ended_at=now)
    return {
        "resolve_listed_wave": _timed(lambda: waves_of(plan, targets)),
        "judge_one_wave": _timed(lambda: judge(request, RunEvidence(hosts=seen), end)),
    }


def _timed(deed: Callable[[], object]) -> float:
    began = time.process_time()
    deed()
    return time.process_time() - began


def _resident() -> float:
    return float(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())


def peak() -> float:
    """Bytes of memory that this process had at most."""
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def in_own_process(hosts: int, waves: int, *, fails: bool = False) -> Figures:
    """The figures of one deployment, made by a fresh process."""
    return child("bench.scale", str(hosts), str(waves), *(["fails"] if fails else []))


def child(module: str, *words: str) -> Figures:
    """What a fresh process of this module prints as JSON. Raises BenchFault."""
    ended = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise BenchFault(f"{module} {' '.join(words)} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    figures: Figures = json.loads(ended.stdout)
    return figures


def main(hosts: str, waves: str, *how: str) -> None:
    """Print the figures as JSON; the word `fails` makes it a deployment that fails in its last wave."""
    with tempfile.TemporaryDirectory(prefix="ob-") as home:
        print(json.dumps(deployed(int(hosts), int(waves), Path(home), fails="fails" in how)))


if __name__ == "__main__":
    main(*sys.argv[1:])
