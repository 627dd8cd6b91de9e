"""Walks into the states in which orch prints commands: each gives what is printed there."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.cli.main import run
from orchestrator.domain.authority.change_ticket import ChangeTicket
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from tests.fakes.clock import START
from tests.journals.corpus import recorded
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.people import DEPLOYER
from tests.worlds.stages import staged

FREEZE = {
    "name": "sale",
    "zone": "UTC",
    "starts": "2026-03-02T00:00",
    "lasts": "1d",
    "reason": "sale",
    "override": ["change manager"],
}
EMERGENCY = {
    "definition": "it burns",
    "before": ["change manager"],
    "review_within": "5d",
    "reviewers": ["change manager"],
}
BOTH = ("change manager", "service owner", "customer", "rehearsal issuer")


BY_HAND = {
    "name": "routes",
    "on": "h*",
    "manual": {"who": "service owner", "instruction": "Send the address.", "evidence": "A ticket."},
    "acceptance": [{"tcp": 443}],
    "backout": "rollback/app.yml",
}


@dataclass
class Scene:
    """A fleet, a key of a person in every role, and what commands print."""

    folder: Path
    screen: pytest.CaptureFixture[str]
    key: SigningKey
    fleet: Fleet = field(default_factory=Fleet)

    def rule(self, **policy: object) -> None:
        self.fleet.rule(**{"approvals": {"before": ["change manager"]}, **policy})
        self.trust(*BOTH)

    def trust(self, *roles: str) -> None:
        ring = self.fleet.keys.ring
        fields = {"key": self.key.key, "public": self.key.public, "person": "Li Wei", "roles": roles}
        trusted = TrustedKey.model_validate({**fields, "trusted_at": START, "trusted_by": "Ada"})
        others = (key for key in ring.keys if key != DEPLOYER)
        self.fleet.keys.ring = ring.model_copy(update={"keys": (*others, trusted, DEPLOYER)})

    def orch(self, *words: str) -> str:
        """What a command prints, however it ends."""
        self.screen.readouterr()
        orch(self.fleet, words)
        shown = self.screen.readouterr()
        return shown.out + shown.err

    def newest(self) -> str:
        return self.fleet.ports.journal.deployments()[0]

    def opened(self, name: str = "other.yml", *hosts: str) -> str:
        plan = self.fleet.plan(name, *(hosts or ("h1",)))
        return open_deployment(self.fleet.ports, self.fleet.prepared(plan), by="ann", approvals=())

    def journal(self, name: str, until: str) -> Deployment:
        """A journal of the corpus up to the first event of this kind, over the shop's fleet."""
        self.fleet = shop_fleet(None)
        records = driven_here(recorded(name))
        last = next(n for n, record in enumerate(records, 1) if record.event.kind == until)
        return kept_in(self.fleet, records[:last])


def driven_here(records: list[Recorded]) -> list[Recorded]:
    """The records, as if this machine had driven them: what another machine began cannot be seen from here."""
    texts = (record.model_dump_json().replace("ops1", socket.gethostname()) for record in records)
    return [Recorded.model_validate_json(text) for text in texts]


def kept_in(fleet: Fleet, records: list[Recorded]) -> Deployment:
    """The deployment of these records, once they are on the journal of a fleet."""
    name = records[0].deployment
    fleet.ports.journal.append(name, 0, [record.event for record in records])
    return fleet.now(name)


def second(scene: Scene) -> str:
    scene.rule()
    scene.orch("deploy", "plan.yml")
    return scene.orch("deploy", "plan.yml")


def rollback_at_work(scene: Scene) -> str:
    d = scene.journal("completed_phased", "wave_deployed")
    return scene.orch("rollback", d.id, "--reason", "x")


def withdraw_at_work(scene: Scene) -> str:
    d = scene.journal("completed_phased", "wave_deployed")
    return scene.orch("schedule", "withdraw", d.id, "--reason", "x")


def stopped(scene: Scene) -> str:
    scene.opened()
    return scene.orch("stop-all", "--reason", "smoke")


def start_while_stopped(scene: Scene) -> str:
    stopped(scene)
    return scene.orch("resume", scene.newest())


def lifted(scene: Scene) -> str:
    stopped(scene)
    return scene.orch("stop-all", "--lift", "--reason", "toast")


def state_while_stopped(scene: Scene) -> str:
    stopped(scene)
    return scene.orch("status", scene.newest())


def newer(scene: Scene) -> str:
    first = scene.opened("first.yml", "h1")
    scene.orch("resume", first)
    scene.fleet.clock.sleep(5)
    scene.orch("resume", scene.opened("second.yml", "h1"))
    return scene.orch("rollback", first, "--reason", "x")


def locked(scene: Scene) -> str:
    first = scene.opened("first.yml", "h1")
    scene.orch("resume", first)
    other = scene.opened("second.yml", "h2")
    scene.fleet.ports.locks.take(other, {"machine-of-h1": "h1"}, "bo")
    return scene.orch("rollback", first, "--reason", "x")


def nothing_here(scene: Scene) -> str:
    return scene.orch("list")


def no_release_here(scene: Scene) -> str:
    return scene.orch("release", "list")


def no_status(scene: Scene) -> str:
    return scene.orch("status")


def unknown_name(scene: Scene) -> str:
    scene.opened()
    return scene.orch("status", "nobody")


def waits_for_approval(scene: Scene) -> str:
    scene.rule()
    return scene.orch("deploy", "plan.yml")


def frozen(scene: Scene) -> str:
    scene.rule(approvals={"before": []}, freezes=[FREEZE])
    return scene.orch("deploy", "plan.yml")


def refused_by_a_rule(scene: Scene) -> str:
    scene.rule(strategies=["pilot"], freezes=[FREEZE])
    return scene.orch("deploy", "plan.yml")


def an_emergency_that_is_refused(scene: Scene) -> str:
    scene.fleet.tree["release"]["emergency"] = True
    scene.rule(change_types=["normal", "emergency"], emergency=EMERGENCY, freezes=[FREEZE], models=["web"])
    return scene.orch("deploy", "plan.yml")


def refused_as_scheduled(scene: Scene) -> str:
    scene.rule(approvals={"before": []})
    d = scene.fleet.schedule(scene.fleet.clock.now())
    scene.fleet.authority.files["playbooks/app.yml"] = "something else"
    scene.fleet.clock.sleep(120)
    return scene.orch("resume", d.id)


def changed_since(scene: Scene) -> str:
    scene.rule()
    scene.orch("deploy", "plan.yml")
    scene.orch("approve", scene.newest(), "--as", "change manager", "--reason", "x")
    scene.fleet.authority.files["playbooks/app.yml"] = "something else"
    scene.fleet.clock.sleep(120)
    return scene.orch("resume", scene.newest())


def not_rehearsed(scene: Scene) -> str:
    scene.rule(approvals={"before": []}, rehearsal={"environments": ["staging"], "max_age": "30d"})
    return scene.orch("deploy", "plan.yml")


def not_rehearsed_as_planned(scene: Scene) -> str:
    scene.rule(approvals={"before": []}, rehearsal={"environments": ["staging"], "max_age": "30d"})
    return scene.orch("plan", "check", "plan.yml")


def nothing_missing(scene: Scene) -> str:
    scene.rule()
    scene.orch("deploy", "plan.yml")
    return scene.orch("approve", scene.newest(), "--as", "change manager", "--reason", "x")


def signed_into_a_file(scene: Scene) -> str:
    scene.rule()
    scene.orch("deploy", "plan.yml")
    words = ("--as", "change manager", "--reason", "x", "--out", "signed.json")
    return scene.orch("approve", scene.newest(), *words)


def to_be_signed_off(scene: Scene) -> str:
    scene.rule(approvals={"before": [], "after": ["customer"]})
    scene.orch("deploy", "plan.yml")
    return scene.orch("status")


def to_be_reviewed(scene: Scene) -> str:
    scene.fleet.tree["release"]["emergency"] = True
    scene.rule(change_types=["normal", "emergency"], emergency=EMERGENCY)
    scene.orch("deploy", "plan.yml")
    scene.orch("approve", scene.newest(), "--as", "change manager", "--reason", "x")
    scene.orch("resume", scene.newest())
    return scene.orch("status")


HANDED_OVER = {
    "to": {"party": "Globex", "contact": "ops@globex.example", "role": "receiving owner"},
    "components": [
        {
            "component": "mail templates",
            "data": {"fate": "none", "what": "they keep none"},
            "licences": {"none": "they are ours"},
            "documentation": {"what": "handed over", "by": "Ann", "due": "2026-03-09T12:00:00Z"},
            "consumers": {"what": "told by mail", "by": "Ann", "due": "2026-03-09T12:00:00Z"},
        }
    ],
}
"""A transfer with two pieces of work that follow it."""


def work_is_due(scene: Scene) -> str:
    scene.fleet.tree["transfer"] = HANDED_OVER
    scene.orch("deploy", "plan.yml")
    return scene.orch("done", scene.newest())


def no_such_work(scene: Scene) -> str:
    work_is_due(scene)
    return scene.orch("done", scene.newest(), "7", "--note", "x")


def work_that_is_done(scene: Scene) -> str:
    work_is_due(scene)
    scene.orch("done", scene.newest(), "1", "--note", "x")
    return scene.orch("done", scene.newest(), "1", "--note", "x")


def empty_schedule(scene: Scene) -> str:
    return scene.orch("schedule", "list")


def put_into_the_schedule(scene: Scene) -> str:
    return scene.orch("schedule", "add", "plan.yml", "--at", "in 1h")


def no_time_and_open(scene: Scene) -> str:
    scene.rule()
    scene.orch("deploy", "plan.yml")
    return scene.orch("schedule", "conflicts", scene.newest())


def no_time_and_over(scene: Scene) -> str:
    scene.rule(strategies=["pilot"])
    scene.orch("deploy", "plan.yml")
    return scene.orch("schedule", "conflicts", scene.newest())


def missed(scene: Scene) -> str:
    scene.fleet.schedule(scene.fleet.clock.now())
    scene.fleet.clock.sleep(timedelta(days=2).total_seconds())
    return scene.orch("run-due")


def nobody_drives(scene: Scene) -> str:
    return scene.orch("status", scene.opened())


def gate_to_confirm(scene: Scene) -> str:
    scene.fleet.tree["strategy"]["gate"] = {"soak": "1s", "confirm": "service owner"}
    scene.orch("deploy", "plan.yml")
    return scene.orch("status", scene.newest())


def work_by_hand(scene: Scene) -> str:
    scene.fleet.tree = staged([BY_HAND])
    scene.fleet.tree["roles"] = {"deployment manager": "Ann", "service owner": "Cy Ray"}
    scene.orch("deploy", "plan.yml")
    return scene.orch("status", scene.newest())


def work_answered_by_another(scene: Scene) -> str:
    work_by_hand(scene)
    return scene.orch("step", "done", scene.newest(), "--role", "cook", "--note", "seen")


def hold_before_work(scene: Scene) -> str:
    return scene.orch("hold", scene.opened())


def untrusted_issuer(scene: Scene) -> str:
    run(["keys", "new", "--file", "new.pem", "--no-passphrase"])
    return scene.orch("rehearse", "plan.yml", "--in", "staging", "--key", "new.pem")


def issuer_of_other_things(scene: Scene) -> str:
    scene.rule()
    keys = tuple(key.model_copy(update={"roles": ("customer",)}) for key in scene.fleet.keys.ring.keys)
    scene.fleet.keys.ring = scene.fleet.keys.ring.model_copy(update={"keys": keys})
    return scene.orch("rehearse", "plan.yml", "--in", "staging")


def a_new_key(scene: Scene) -> str:
    words = ("--no-passphrase", "--person", "Bo Lind", "--role", "customer")
    return scene.orch("keys", "new", "--file", "new.pem", *words)


def a_rehearsal_that_is_over(scene: Scene) -> str:
    scene.trust("rehearsal issuer")
    scene.orch("rehearse", "plan.yml", "--in", "staging")
    return scene.orch("status", scene.newest())


def nobody_comes_in(scene: Scene) -> str:
    return scene.orch("people", "list")


def a_person_without_a_password(scene: Scene) -> str:
    return scene.orch("people", "add", "ada2")  # with a digit, by which a login is told from prose


def no_such_person(scene: Scene) -> str:
    return scene.orch("people", "disable", "ada")


def no_token(scene: Scene) -> str:
    scene.orch("people", "add", "ada")
    return scene.orch("people", "token", "list")


def residue(scene: Scene) -> str:
    fleet = scene.fleet
    fleet.playbooks.on_host = lambda host, purpose, result: fleet.targets.machine(host).items.update(
        {("file", "/etc/app"): {"sha256": purpose.encode().hex().ljust(64, "0"), "exists": True}}
    )
    scene.orch("deploy", "plan.yml")
    scene.orch("rollback", scene.newest(), "--reason", "x")
    return scene.orch("status", scene.newest())


def _with_ticket(scene: Scene, **ticket: str) -> None:
    """The fleet's plan is deployed under a change ticket."""
    named = {"system": "servicenow", "url": "https://tickets.example.org", **ticket}
    scene.fleet.tree["approval"] = {**scene.fleet.tree["approval"], "ticket": named}


def no_change_opened(scene: Scene) -> str:
    _with_ticket(scene)
    return scene.orch("deploy", "plan.yml")


def no_change_to_update(scene: Scene) -> str:
    _with_ticket(scene)
    return scene.orch("change", "update", "plan.yml")


def no_change_to_show(scene: Scene) -> str:
    _with_ticket(scene)
    return scene.orch("change", "show", "plan.yml")


def a_change_that_people_opened(scene: Scene) -> str:
    _with_ticket(scene, number="CHG0000001")
    scene.fleet.tickets.tickets["CHG0000001"] = ChangeTicket(
        system="servicenow", number="CHG0000001", state="draft", seen=START
    )
    return scene.orch("change", "open", "plan.yml")


def a_result_that_is_owed(scene: Scene) -> str:
    _with_ticket(scene)
    scene.orch("change", "open", "plan.yml")
    now, tickets = scene.fleet.clock.now(), scene.fleet.tickets
    tickets.approve("CHG0000001", now - timedelta(days=1), now + timedelta(days=1))

    def down() -> None:
        tickets.silence = "unreachable"

    tickets.before_deliver = down
    scene.orch("deploy", "plan.yml")
    tickets.silence, tickets.before_deliver = None, lambda: None
    return scene.orch("status")
