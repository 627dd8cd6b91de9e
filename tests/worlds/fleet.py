"""A deployment in memory: orch's real engine over hosts, playbooks, rules and people that a test owns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.adapters.report.message_texts import TemplatedTexts
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.evidence.outcome import HostResult
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Governing
from orchestrator.engine.use_cases.deployment_commands import (
    deploy,
    open_deployment,
    resume,
    rollback,
    signal,
)
from orchestrator.engine.use_cases.due_start import DueLine
from orchestrator.engine.use_cases.messages import send_due
from orchestrator.engine.use_cases.run_due import run_due
from orchestrator.engine.use_cases.schedule import Scheduled, StartRequest
from orchestrator.engine.use_cases.schedule import add as add_to_schedule
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.balancers import FakeBalancers
from tests.fakes.channels import FakeChannels
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.library import FakeLibrary
from tests.fakes.measurements import FakeMeasurements
from tests.fakes.outside_cmdbs import FakeOutsideCmdbs
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.senders import FakeSenders
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.fakes.tickets import FakeTickets
from tests.worlds.people import approval, keyring_of
from tests.worlds.plans import SHA, SIX, plan_of, plan_tree, prepared, shop_tree, targets_named
from tests.worlds.ports import ports_over

HOSTS = ("h1", "h2", "h3")
RELEASE = ("file", "/opt/release")
PEOPLE = {"change manager": "Bo Lind", "service owner": "Cy Ray"}
APPROVED = {"change manager": "Bo Lind"}
"""Whom the shop's plan asks for."""


class Fleet:
    """Every part may be changed between two steps: the plan's tree, its hosts, what they answer, rules, keys, the clock.

    With a `home`, journal and locks are those of the real store there; without one they are in memory.
    """

    def __init__(
        self,
        tree: dict[str, Any] | None = None,
        hosts: Sequence[str] = HOSTS,
        *,
        home: Path | None = None,
        clock: FakeClock | None = None,
    ) -> None:
        self.tree = tree or plan_tree()
        self.hosts = targets_named(*hosts)
        self.clock, self.targets, self.storage = clock or FakeClock(), FakeTargets(), FakeStorage()
        self.playbooks = FakePlaybooks(self.clock.now)
        self.playbooks.on_host = self._leave_traces
        self.authority, self.keys = FakeAuthority(), FakeKeys()
        self.balancers = FakeBalancers()
        self.library = FakeLibrary(self.authority)
        self.measurements = FakeMeasurements()
        self.tickets = FakeTickets()
        self.channels, self.senders = FakeChannels(), FakeSenders()
        self.outside = FakeOutsideCmdbs()
        self.planning = FakePlans(self._plan_now)
        self.ports = ports_over(
            self.clock,
            self.planning,
            self.playbooks,
            self.targets,
            journal=SqlJournal(home, self.clock) if home else None,
            storage=self.storage,
            locks=SqlHostLocks(home, self.clock) if home else None,
            library=self.library,
            authority=self.authority,
            keys=self.keys,
            balancers=self.balancers,
            measurements=self.measurements,
            tickets=self.tickets,
            channels=self.channels,
            texts=TemplatedTexts(),
            senders=self.senders,
            outside_cmdbs=self.outside,
        )
        self.senders.send = lambda name: list(send_due(self.ports, name))
        self.drivers = FakeDrivers(lambda name, by: resume(self.ports, name, by=by, watch=quiet))
        self._install(hosts, self.tree)
        self._nonces = 0

    def _install(self, hosts: Sequence[str], tree: dict[str, Any]) -> None:
        for host in hosts:
            self.targets.machine(host).items = {
                ("file", path): {"sha256": SHA, "exists": True}
                for path in tree["backout"]["baseline"]["files"]
            }

    def _leave_traces(self, host: str, purpose: Purpose, result: HostResult) -> None:
        """A release is a file on the host, until a backout that ended well has taken it away."""
        items = self.targets.machine(host).items
        if purpose == "deploy" and result != "untouched":
            items[RELEASE] = {"sha256": "e" * 64, "exists": True}
        elif purpose == "backout" and result == "done":
            items.pop(RELEASE, None)

    def _plan_now(self) -> PreparedPlan:
        return PreparedPlan(
            plan=plan_of(self.tree),
            plan_file="plan.yml",
            plan_sha256=SHA,
            project="/project",
            targets=self.hosts,
        )

    def prepared(self, plan: Path = Path("plan.yml")) -> PreparedPlan:
        """A plan as it stands in the project at this moment, checked."""
        return prepare_plan(self.ports, plan)

    def plan(
        self,
        name: str,
        *hosts: str,
        policy: ReleasePolicy | None = None,
        model: DeploymentModel | None = None,
        **sections: Any,
    ) -> Path:
        """Add a plan in a file of its own, for these hosts, bound by these rules; `sections` are added to its own."""
        tree = plan_tree(waves=["rest"], hosts=",".join(hosts))
        # A person in two plans at one time is a conflict: each plan has its own, unless it says otherwise.
        tree["roles"] = {"deployment manager": f"Ann of {name}"}
        for section, words in sections.items():
            tree[section] = {**tree.get(section, {}), **words}
        self._install(hosts, tree)
        # One address for one name, whatever its place in a plan.
        targets = tuple(t.model_copy(update={"address": f"{t.host}.test"}) for t in targets_named(*hosts))
        self.authority.binds[tree["strategy"]["hosts"]] = Governing(policy, model)
        ready = prepared(plan_of(tree), targets, plan_file=name)
        sha = (name.encode().hex() + SHA)[:64]
        self.planning.plans[name] = ready.model_copy(update={"plan_sha256": sha})
        return Path(name)

    def rule(self, **policy: Any) -> None:
        """A policy that binds; two approvals by people of different roles unless it says otherwise."""
        usual = {"approvals": {"before": list(PEOPLE)}, "undo_before_close": False}
        words = {"orch": 1, "policy": "house", "version": 1, "title": "House rules", **usual, **policy}
        self.authority.policy = ReleasePolicy.model_validate(words)
        self.keys.ring = keyring_of(PEOPLE)

    def deploy(self, **approvals: str) -> Deployment:
        return deploy(self.ports, Path("plan.yml"), by="ann", approvals=approvals, watch=quiet)

    def schedule(self, starts: datetime) -> Deployment:
        """Open a deployment that starts at this moment."""
        start = PlannedStart(starts=starts, missed="ask")
        name = open_deployment(self.ports, self.prepared(), by="ann", approvals=(), start=start)
        return self.now(name)

    def add(
        self, plan: Path, starts: datetime, *, approvals: dict[str, str] | None = None, **words: Any
    ) -> Scheduled:
        """Add a plan's deployment to the schedule of change."""
        return add_to_schedule(self.ports, plan, StartRequest(starts, **words), by="ann", approvals=approvals)

    def run_due(self) -> list[DueLine]:
        """Start what is due; the lines about it."""
        lines: list[DueLine] = []
        run_due(self.ports, self.drivers, by="cron", say=lines.append)
        return lines

    def resume(self) -> Deployment:
        return resume(self.ports, None, by="ann", watch=quiet)

    def roll_back(self, d: Deployment) -> Deployment:
        return rollback(self.ports, d.id, by="ann", reason="regret", watch=quiet)

    def approve(self, d: Deployment, *people: str, **changes: Any) -> None:
        """Each of these people (by default all) signs what is asked of them."""
        roles = {person: role for role, person in PEOPLE.items()}
        for person in people or roles:
            self._nonces += 1
            usual = {"person": person, "nonce": f"{self._nonces:032x}"}
            signed = approval(d, roles[person], self.clock.now(), **{**usual, **changes})
            self.say(d, e.ApprovalGiven(signed=signed, by=person))

    def say(self, d: Deployment, event: e.Event) -> Deployment:
        return signal(self.ports, d.id, event)

    def now(self, name: str) -> Deployment:
        """How a deployment stands."""
        return folded(self.ports.journal, name)

    def events(self, d: Deployment, kind: type[Any]) -> list[Any]:
        return [r.event for r in self.ports.journal.read(d.id) if isinstance(r.event, kind)]

    def started(self) -> list[tuple[str, tuple[str, ...]]]:
        """Purpose and hosts of each attempt."""
        return [(request.purpose, request.hosts) for request in self.playbooks.started]


def shop_fleet(home: Path | None, **strategy: Any) -> Fleet:
    """The shop's six hosts under its plan, with short soaks and an artefact that the library has."""
    tree = shop_tree(**{"gate": {"soak": "2s", "every": "1s"}, **strategy})
    for unit in tree["release"]["units"]:
        unit["sha256"] = SHA
    return Fleet(tree, SIX, home=home)


def quiet(record: e.Recorded) -> None:
    """Nobody watches."""
