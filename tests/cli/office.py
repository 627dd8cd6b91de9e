"""An office with a project, people with real keys, and a deployment on a real journal that waits for them."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.files.policy_file import policy_of
from orchestrator.bootstrap import ports
from orchestrator.cli.main import run
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.release_plan import EarlyLifeSupport, ReleasePlan
from orchestrator.domain.plan.ssh_way import STRAIGHT, SshWay
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.policy.planning.digests import effective_plan
from tests.journals.corpus import recorded
from tests.worlds.plans import SIX, prepared, targets_named
from tests.worlds.plans import shop_plan as plan

POLICY = b"""
orch: 1
policy: shop-staging
version: 1
title: Releases of the shop
change_types: [normal, emergency]
approvals: {before: [change manager, service owner], after: [customer], valid_for: 10d}
emergency: {definition: it burns, before: [service owner], review_within: 5d, reviewers: [change manager]}
freezes:
  - {name: audit, zone: UTC, starts: 2020-01-01T00:00, lasts: 1h, reason: auditors, override: [service owner]}
"""
PEOPLE = {
    "li": ("Li Wei", "change manager"),
    "omar": ("Omar Haddad", "service owner"),
    "nadia": ("Nadia Costa", "customer"),
    "ada": ("Ada Berg", "change manager"),
}


@dataclass
class Office:
    """Where its files are, and what stands in them."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    numbers: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> list[str]:
        return ["--key", str(self.folder / f"{name}.pem")]

    def say(self, verb: str, name: str, deployment: str = "d1", *more: str, role: str | None = None) -> int:
        words = ["--as", role or PEOPLE[name][1], "--reason", "looked at", *self.key(name)]
        return run([verb, deployment, *words, *more])

    def signed(self, name: str, verb: str = "approve", deployment: str = "d1", *more: str) -> Path:
        """A word in a file, made without the journal."""
        self.numbers[name] = str(int(self.numbers.get(name, "0")) + 1)
        file = self.folder / f"{name}-{self.numbers[name]}.json"
        words = ["--out", str(file), *(more or ("--plan-digest", self.digest(deployment)))]
        assert self.say(verb, name, deployment, *words) == 0
        return file

    def digest(self, deployment: str = "d1") -> str:
        effective = self.deployment(deployment).authority.effective
        assert effective is not None
        return effective.digest

    def deployment(self, name: str = "d1") -> Deployment:
        return folded(ports().journal, name)

    def events(self, name: str = "d1") -> list[str]:
        return [record.event.kind for record in ports().journal.read(name)]

    def output(self) -> str:
        shown = self.capsys.readouterr()
        return shown.out + shown.err

    def append(self, name: str, *events: e.Event) -> None:
        journal = ports().journal
        journal.append(name, len(journal.read(name)), list(events))

    def open(
        self,
        name: str,
        by: str = "Ada Berg",
        *,
        emergency: bool = False,
        version: str = "2.4.0",
        starts: datetime | None = None,
        port: int = 22,
    ) -> None:
        """Put a deployment on the journal, waiting for approval; scheduled where it has a start. `port`: where ssh goes."""
        policy = policy_of("policy.yml", POLICY).noun
        whole = plan()
        early_life = EarlyLifeSupport(duration=172800.0)
        whole = whole.model_copy(
            update={
                "release": whole.release.model_copy(update={"version": version}),
                "validation": whole.validation.model_copy(update={"early_life": early_life}),
            }
        )
        ready = prepared(whole, _targets(port))
        change = ChangeRequest(type="emergency", reason="it burns") if emergency else ChangeRequest()
        planned = e.Planned(
            plan=whole,
            plan_file=ready.plan_file,
            plan_sha256=ready.plan_sha256,
            project=str(self.folder / "project"),
            targets=ready.targets,
            waves=ready.waves,
            by=by,
            policy=policy,
            change=change,
            effective=_effective(whole, port),
            mode="attended" if starts is None else "scheduled",
            starts=starts,
        )
        ports().journal.append(name, 0, [planned, e.Submitted(by=by)])

    def deployed(
        self, name: str = "d1", *, until: str = "completed", waves: int = 1, emergency: bool = False
    ) -> None:
        """Let it into its window and through all its waves, up to an event of this kind, as a journal shows it."""
        began = self.deployment(name).began_at
        review = {"review_by": began + timedelta(days=5), "reviewers": (RoleNeed(role="change manager"),)}
        opened = {"sign_off": (RoleNeed(role="customer"),), **(review if emergency else {})}
        events: list[e.Event] = []
        for record in recorded("completed_phased"):
            event = record.event
            if isinstance(event, e.WindowOpened):
                event = event.model_copy(update=opened)
            if not isinstance(event, e.Planned | e.Submitted):
                events.append(event)
            waves -= event.kind == until
            if waves == 0:
                break
        self.append(name, *events)


def _targets(port: int) -> tuple[Target, ...]:
    """The hosts; with another port as a configuration of ssh has it."""
    way = STRAIGHT if port == 22 else SshWay(settings=(f"port {port}",))
    return tuple(target.model_copy(update={"way": way}) for target in targets_named(*SIX))


def _effective(whole: ReleasePlan, port: int) -> EffectivePlan:
    ready = prepared(whole, _targets(port))
    policy = policy_of("policy.yml", POLICY).noun
    return effective_plan(
        whole, ready.targets, ready.waves, model=None, policy=policy, tree={"a.yml": "0" * 64}, artefacts={}
    )


def office(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    """A home, a project, four people whose keys are trusted, and one deployment."""
    monkeypatch.setenv("ORCH_HOME", str(folder / "home"))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("ORCH_KEY", raising=False)
    (folder / "project").mkdir()
    monkeypatch.chdir(folder / "project")
    for name, (person, role) in PEOPLE.items():
        words = ["--person", person, "--role", role]
        assert run(["keys", "new", "--file", str(folder / f"{name}.pem"), "--no-passphrase", *words]) == 0
        assert run(["keys", "trust", str(folder / f"{name}.pub.json")]) == 0
    office = Office(folder, capsys)
    office.open("d1")
    capsys.readouterr()
    return office


def read(file: Path) -> SignedApproval:
    """The word in a file."""
    return SignedApproval.model_validate(json.loads(file.read_text()), strict=False)
