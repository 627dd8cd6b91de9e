"""A deployment under rules: six hosts in memory, a policy, keys, and a clock that a test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import MediaLibrary, Ports
from orchestrator.engine.use_cases.deployment_commands import (
    deploy,
    open_deployment,
    resume,
    rollback,
    signal,
)
from orchestrator.errors import NotFound
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.clock import FakeClock
from tests.fakes.host_locks import FakeHostLocks
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.plans import SHA, plan_of, plan_tree, targets_named

HOSTS = ("h1", "h2", "h3")
PEOPLE = {"Bo Lind": "change manager", "Cy Ray": "service owner"}
MONTH = timedelta(days=30)


class Library(MediaLibrary):
    """One artefact, whose content a test may change; the copy of a deployment has it as it was when that was made."""

    def __init__(self, authority: FakeAuthority) -> None:
        self.project = SHA
        self.copied: dict[str, str] = {}
        self._authority = authority

    def digest(self, project: Path, artefact: str) -> str:
        if str(project).startswith("/frozen/"):
            if project.name not in self._authority.frozen:
                raise NotFound("no copy")
            return self.copied.setdefault(project.name, self.project)
        return self.project

    def members(self, project: Path, artefact: str) -> dict[str, str]:
        return {"": SHA}


@dataclass
class Ruled(FakePlans):
    """Everything that a deployment is made of, each part of which a test may change between two steps."""

    tree: dict[str, Any] = field(default_factory=lambda: plan_tree(waves=[1, "rest"]))
    targets: tuple[Target, ...] = field(default_factory=lambda: targets_named(*HOSTS))
    authority: FakeAuthority = field(default_factory=FakeAuthority)
    keys: FakeKeys = field(default_factory=FakeKeys)
    clock: FakeClock = field(default_factory=FakeClock)
    nonces: int = 0

    def __post_init__(self) -> None:
        self.library = Library(self.authority)
        self.hosts = FakeTargets()
        for host in HOSTS:
            self.hosts.machine(host).items = {("file", "/etc/app"): {"sha256": SHA, "exists": True}}
        self.playbooks = FakePlaybooks(self.clock.now)
        self.ports = Ports(
            plan_files=self,
            inspector=self,
            project_files=self,
            clock=self.clock,
            journal=FakeJournal(self.clock),
            storage=FakeStorage(),
            locks=FakeHostLocks(self.clock),
            playbooks=self.playbooks,
            targets=self.hosts,
            baselines=FakeBaselineStore(),
            library=self.library,
            authority=self.authority,
            keys=self.keys,
        )

    @property
    def plan(self) -> ReleasePlan:
        return plan_of(self.tree)

    def plan_in(self, file: Path) -> PreparedPlan:
        """What stands in the project at this moment."""
        return PreparedPlan(plan=self.plan, plan_file="plan.yml", plan_sha256=SHA, project="/project")

    def targets_of(self, plan: ReleasePlan) -> tuple[Target, ...]:
        """What the inventory holds at this moment."""
        return self.targets

    def prepared(self) -> PreparedPlan:
        """The plan as it is at this moment, checked."""
        return prepare_plan(self.ports, Path("plan.yml"))

    def rule(self, **policy: Any) -> None:
        """A policy that binds; two approvals by people of different roles unless it says otherwise."""
        usual = {"approvals": {"before": list(PEOPLE.values())}, "undo_before_close": False}
        words = {"orch": 1, "policy": "house", "version": 1, "title": "House rules", **usual, **policy}
        self.authority.policy = ReleasePolicy.model_validate(words)
        now = self.clock.now()
        self.keys.ring = Keyring(
            keys=tuple(
                TrustedKey(
                    key=key_of(person),
                    public=SHA,
                    person=person,
                    roles=(role,),
                    trusted_at=now - MONTH,
                    trusted_by="Ada",
                )
                for person, role in PEOPLE.items()
            )
        )

    def deploy(self, **approvals: str) -> Deployment:
        return deploy(self.ports, Path("plan.yml"), by="ann", approvals=approvals, watch=quiet)

    def schedule(self, starts: datetime) -> Deployment:
        start = PlannedStart(starts=starts, missed="ask")
        name = open_deployment(self.ports, self.prepared(), by="ann", approvals=(), start=start)
        return folded(self.ports.journal, name)

    def resume(self) -> Deployment:
        return resume(self.ports, None, by="ann", watch=quiet)

    def roll_back(self, d: Deployment) -> Deployment:
        return rollback(self.ports, d.id, by="ann", reason="regret", watch=quiet)

    def approve(self, d: Deployment, *people: str, **words: Any) -> None:
        """Each of these people (by default all) signs what is asked of them."""
        for person in people or PEOPLE:
            self.say(d, e.ApprovalGiven(signed=self.signed(d, person, **words), by=person))

    def signed(self, d: Deployment, person: str, **words: Any) -> SignedApproval:
        self.nonces += 1
        now = self.clock.now()
        assert d.authority.effective is not None
        said = {
            "decision": "approve",
            "role": PEOPLE[person],
            "person": person,
            "key": key_of(person),
            "plan_digest": d.authority.effective.digest,
            "subject": d.id,
            "reason": "looked at",
            "made_at": now,
            "expires": now + MONTH,
            "nonce": f"{self.nonces:032x}",
            **words,
        }
        signature = {"key": key_of(person), "signature": "0" * 128}
        return SignedApproval.model_validate(
            {"approval": ApprovalStatement.model_validate(said), "signature": signature}
        )

    def say(self, d: Deployment, event: e.Event) -> Deployment:
        return signal(self.ports, d.id, event)

    def events(self, d: Deployment, kind: type[Any]) -> list[Any]:
        return [r.event for r in self.ports.journal.read(d.id) if isinstance(r.event, kind)]

    def started(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(request.purpose, request.hosts) for request in self.playbooks.started]


def key_of(person: str) -> str:
    return person.encode().hex()[:64].ljust(64, "0")


def quiet(record: e.Recorded) -> None:
    """Nobody watches."""
