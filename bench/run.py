"""The parts of a benchmark, one after the other; what has been measured is written down after each."""

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import (
    ansible_share,
    backouts,
    before_touch,
    evidence_price,
    history,
    messages_price,
    node_start,
    record_forms,
    scale,
    sealing_price,
    warm_start,
)
from bench.compare import After, Say, compare
from bench.contenders import CONTENDERS, Contender
from bench.journal_times import Times
from bench.overhead import cost_of_governance, governed, of_run, reactions
from bench.picture import picture
from bench.site import Site
from bench.table import figures, table
from orchestrator.lab.fleet import Lab

PARTS = (
    "compare",
    "governance",
    "before_touch",
    "reaction",
    "warm",
    "evidence",
    "sealing",
    "forms",
    "messages",
    "scale",
    "ansible",
    "nodes",
    "backouts",
)
WAVES = 20
SHARE_TASKS = 3
REACTIONS_OF = 6
EARLIER = 1000
EARLIER_HOSTS = (10, 100)


@dataclass
class Bench:
    """What is to be measured, and what has been."""

    fleets: list[int]
    small: int
    simulated: list[int]
    rounds: int
    contenders: list[Contender]
    lab: str
    out: Path
    say: Say
    results: dict[str, Any] = field(default_factory=dict)

    def run(self, parts: Sequence[str]) -> None:
        """These parts. Raises BenchFault and LabError; what was measured before is on the disk then."""
        self.out.mkdir(parents=True, exist_ok=True)
        self.results["about"] = about(self.rounds)
        steps: dict[str, Callable[[], None]] = {
            "compare": lambda: self._on_lab_hosts(governs="governance" in parts),
            "governance": lambda: None if "compare" in parts else self._on_lab_hosts(compares=False),
            "before_touch": self._before_touch,
            "reaction": self._reaction,
            "warm": self._warm,
            "evidence": self._evidence,
            "sealing": self._sealing,
            "forms": self._forms,
            "messages": self._messages,
            "scale": self._scale,
            "ansible": self._share,
            "nodes": self._nodes,
            "backouts": self._backouts,
        }
        for part in (part for part in PARTS if part in parts):
            steps[part]()
            (self.out / "bench.json").write_text(json.dumps(self.results, indent=1))
        self.say(f"\nFigures and picture are in {self.out}")

    @contextmanager
    def _site(self, hosts: int) -> Iterator[Site]:
        """Light hosts that are there for this only, and the project over them."""
        made = Lab.up(f"{self.lab}{hosts}", hosts, light=True)
        folder = self.out / made.name
        try:
            yield Site.made(made, folder)
        finally:
            made.down()
            shutil.rmtree(folder, ignore_errors=True)

    def _on_lab_hosts(self, *, compares: bool = True, governs: bool = True) -> None:
        costs: dict[int, list[Times]] = {}
        fleets = sorted({self.small, *self.fleets} if governs else {*self.fleets})
        for hosts in fleets:
            with self._site(hosts) as site:
                runs: list[Times] = []
                if compares and hosts in self.fleets:
                    self._compare(site, runs)
                if governs:
                    costs[hosts] = runs or governed(site, _orch(), self.rounds, self.say)
        if costs:
            self.results["governance"] = cost_of_governance(costs)
            self.say("\n" + governance_words(self.results["governance"]))

    def _compare(self, site: Site, runs: list[Times]) -> None:
        """The journal of each round of orch says what of its wall was governance."""
        hosts = len(site.names)
        compared = self.results.setdefault("compare", {})
        compared[str(hosts)] = compare(site, self.contenders, self.rounds, self.say, _governance_into(runs))
        self.say("\n" + table(hosts, compared[str(hosts)]) + "\n")
        (self.out / "bench.svg").write_text(picture(compared))
        (self.out / "bench.json").write_text(json.dumps(self.results, indent=1))

    def _before_touch(self) -> None:
        figures_by_fleet = self.results["before_touch"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                figures_by_fleet[f"{hosts} hosts"] = before_touch.pairs(site, self.rounds, self.say)
        self.say(
            "\n"
            + figures(
                "Environment and baseline, beside stock modules: seconds, medians of pairs", figures_by_fleet
            )
        )

    def _evidence(self) -> None:
        by_fleet = self.results["evidence"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                by_fleet[f"{hosts} hosts"] = evidence_price.pairs(site, self.rounds, self.say)
        self.say("\n" + figures("The price of evidence: with hooks and without, medians of pairs", by_fleet))

    def _backouts(self) -> None:
        by_fleet = self.results["backouts"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                by_fleet[f"{hosts} hosts"] = backouts.pairs(site, self.rounds, self.say)
        self.say("\n" + figures("A backout, accelerated and plain: seconds, medians of pairs", by_fleet))

    def _sealing(self) -> None:
        by_fleet = self.results["sealing"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                by_fleet[f"{hosts} hosts"] = sealing_price.pairs(site, _orch(), self.rounds, self.say)
        self.say("\n" + figures("The price of seals: seconds, medians of pairs", by_fleet))

    def _forms(self) -> None:
        by_size = self.results["forms"] = record_forms.measured_forms(self.rounds, self.say)
        self.say("\n" + figures("The forms of a record: seconds, medians", by_size))

    def _messages(self) -> None:
        by_fleet = self.results["messages"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                by_fleet[f"{hosts} hosts"] = messages_price.rounds(site, self.rounds, self.say)
        self.say("\n" + figures("The price of messages: seconds, medians of rounds", by_fleet))

    def _reaction(self) -> None:
        with self._site(REACTIONS_OF) as site:
            self.results["reaction"] = reactions(site, self.rounds)
        self.say("\n" + figures("Reaction: seconds, medians", self.results["reaction"]))

    def _warm(self) -> None:
        kept = self.results["warm"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                for plan, costs in warm_start.rollouts(site, self.rounds, self.say).items():
                    by_extent = {extent: warm_start.medians(rounds) for extent, rounds in costs.items()}
                    kept[f"{hosts} hosts, {plan}"] = {"rounds": costs, "medians": by_extent}
                    self.say("\n" + warm_start.table(f"{hosts} hosts, {plan} plan", by_extent))

    def _scale(self) -> None:
        figures_by_run = self.results["scale"] = {}
        for hosts in self.simulated:
            figures_by_run[f"{hosts} completed"] = scale.in_own_process(hosts, WAVES)
            figures_by_run[f"{hosts} backed out"] = scale.in_own_process(hosts, WAVES, fails=True)
        self.say("\n" + figures(f"orch's own cost, simulated hosts in {WAVES} waves", figures_by_run))
        earlier = self.results["history"] = {
            f"{hosts} hosts each": history.in_own_process(EARLIER, hosts) for hosts in EARLIER_HOSTS
        }
        self.say("\n" + figures(f"Questions to a journal of {EARLIER} deployments: seconds of CPU", earlier))

    def _share(self) -> None:
        figures_by_run = self.results["ansible"] = {}
        for hosts in self.simulated:
            tasks = SHARE_TASKS if hosts <= 1000 else 1
            figures_by_run[f"{hosts} bare"] = ansible_share.bare(hosts, tasks)
            figures_by_run[f"{hosts} in orch"] = ansible_share.through_orch(hosts, tasks)
        self.say("\n" + figures("Ansible's share, hosts that nobody contacts", figures_by_run))

    def _nodes(self) -> None:
        by_fleet = self.results["nodes"] = {}
        for hosts in self.fleets:
            with self._site(hosts) as site:
                by_fleet[f"{hosts} hosts"] = kept = node_start.pairs(site, self.rounds, self.say)
                self.say(
                    "\n" + figures(f"Start of an attempt, {hosts} hosts: seconds, medians of pairs", kept)
                )


def about(rounds: int) -> dict[str, object]:
    """What the figures depend on."""
    import ansible.release

    facts = Path("/proc/cpuinfo").read_text().splitlines()
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
        "cores": os.cpu_count(),
        "cpu": next((line.partition(": ")[2] for line in facts if line.startswith("model name")), ""),
        "load_before": os.getloadavg()[0],
        "kernel": platform.release(),
        "python": platform.python_version(),
        "ansible": ansible.release.__version__,
    }


def governance_words(governance: dict[str, Any]) -> str:
    """The table of governance, and the line through it."""
    columns = {f"{hosts} hosts": dict(times) for hosts, times in governance["by_fleet"].items()}
    fixed, slope = governance["fixed_seconds"], governance["seconds_per_host"]
    line = f"cost of governance: {fixed:.2f} s plus {slope * 1000:.0f} ms for each host"
    return figures("orch, everything on: seconds, medians", columns) + "\n" + line


def _governance_into(runs: list[Times]) -> After:
    def after(contender: Contender, home: Path, wall: float) -> None:
        if contender.name == "orch":
            runs.append(of_run(home / "orch", wall))

    return after


def _orch() -> Contender:
    return next(each for each in CONTENDERS if each.name == "orch")
