"""Every command that orch prints works in the state in which it is printed; a new one must be walked here."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.cli.main import run
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.use_cases.deployment_commands import open_deployment, signal
from orchestrator.errors import OrchError
from orchestrator.policy.telling.next_moves import next_moves
from tests.fakes.clock import START
from tests.journals.corpus import NAMES, recorded
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.printed import HOLE, commands_in, fault_of, filled, is_form, refusal_of, sources

MOVES, ID = "policy/telling/next_moves.py", HOLE
VALUES = {
    "WHY": "looked at",
    "TIME": "in 2h",
    "PLAN": "plan.yml",
    "PLAYBOOK": "rollback/app.yml",
    "NAME": "Bo",
    "FILE": "another.pem",
    "ID": "app",
    "HOST": "h1",
}
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
        self.fleet.keys.ring = ring.model_copy(update={"keys": (*ring.keys, trusted)})

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
        records = _here(recorded(name))
        last = next(n for n, record in enumerate(records, 1) if record.event.kind == until)
        return _kept(self.fleet, records[:last])


def _here(records: list[Recorded]) -> list[Recorded]:
    """The records, as if this machine had driven them: what another machine began cannot be seen from here."""
    texts = (record.model_dump_json().replace("ops1", socket.gethostname()) for record in records)
    return [Recorded.model_validate_json(text) for text in texts]


def _kept(fleet: Fleet, records: list[Recorded]) -> Deployment:
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


def residue(scene: Scene) -> str:
    fleet = scene.fleet
    fleet.playbooks.on_host = lambda host, purpose, result: fleet.targets.machine(host).items.update(
        {("file", "/etc/app"): {"sha256": purpose.encode().hex().ljust(64, "0"), "exists": True}}
    )
    scene.orch("deploy", "plan.yml")
    scene.orch("rollback", scene.newest(), "--reason", "x")
    return scene.orch("status", scene.newest())


APPROVE = f"orch approve {ID} --as {HOLE} --reason WHY"
OVERRIDE = f"orch approve {ID} --as {HOLE} --override {HOLE} --reason WHY"
ABORT, RESUME, STATUS = f"orch abort {ID} --reason WHY", f"orch resume {ID}", f"orch status {ID}"
REHEARSE, LIFT = f"orch rehearse {HOLE} --in {HOLE}", "orch stop-all --lift --reason WHY"
ADD, DEPLOY = f"orch schedule add {HOLE} --at TIME", f"orch deploy {HOLE}"
ADD_PLAN, NEW_KEY = "orch schedule add PLAN --at TIME", f'orch keys new --file FILE --role "{HOLE}"'
COMMANDS, SCHEDULE = "engine/use_cases/deployment_commands.py", "cli/verbs/planning/schedule.py"
STOP_ALL, REPLAN = "cli/verbs/driving/stop_all.py", "engine/planning/replan_check.py"
REHEARSE_VERB, RUN_DUE = "cli/verbs/driving/rehearse.py", "engine/use_cases/run_due.py"
OBSTACLES, FOLLOW_UP = "policy/telling/words/obstacle_words.py", "policy/course/follow_up.py"
WALKS: dict[Callable[[Scene], str], tuple[tuple[str, str], ...]] = {
    second: ((COMMANDS, RESUME), (COMMANDS, ABORT)),
    rollback_at_work: ((COMMANDS, ABORT),),
    withdraw_at_work: (("engine/use_cases/schedule.py", ABORT),),
    stopped: ((STOP_ALL, LIFT),),
    start_while_stopped: (("engine/stop_in_force.py", LIFT),),
    lifted: ((STOP_ALL, RESUME), (STOP_ALL, ABORT)),
    state_while_stopped: ((MOVES, LIFT), (MOVES, STATUS)),
    newer: (
        (OBSTACLES, f"orch rollback {ID} --reason WHY"),
        (OBSTACLES, f"orch rollback {ID} {HOLE} --reason WHY"),
    ),
    locked: ((OBSTACLES, STATUS), (OBSTACLES, f"orch rollback {ID} {HOLE} --reason WHY")),
    nothing_here: (("cli/verbs/viewing/list_.py", "orch deploy PLAN"),),
    no_status: (("engine/lookup/deployment_lookup.py", "orch deploy PLAN"),),
    unknown_name: (("engine/lookup/deployment_lookup.py", "orch list"),),
    waits_for_approval: (
        (MOVES, APPROVE),
        (MOVES, RESUME),
        (MOVES, ABORT),
        ("policy/authority/approvals.py", APPROVE),
    ),
    frozen: ((MOVES, OVERRIDE), ("policy/authority/calendar_check.py", OVERRIDE)),
    refused_by_a_rule: ((MOVES, f"orch deploy {HOLE}{HOLE}"), (MOVES, f"orch record show {ID}")),
    an_emergency_that_is_refused: ((MOVES, f"orch deploy {HOLE}{HOLE}"),),
    refused_as_scheduled: ((MOVES, ADD), (REPLAN, ADD)),
    changed_since: ((REPLAN, DEPLOY),),
    not_rehearsed: (("policy/authority/certificates.py", REHEARSE),),
    not_rehearsed_as_planned: (("policy/authority/certificates.py", REHEARSE),),
    nothing_missing: (("cli/verbs/planning/approve.py", RESUME),),
    signed_into_a_file: (("cli/verbs/planning/approve.py", f"orch approve --file {HOLE}"),),
    to_be_signed_off: ((FOLLOW_UP, f"orch sign-off {ID} --as {HOLE} --reason WHY"),),
    to_be_reviewed: ((FOLLOW_UP, f"orch review {ID} --as {HOLE} --reason WHY"),),
    empty_schedule: ((SCHEDULE, ADD_PLAN),),
    put_into_the_schedule: (
        (SCHEDULE, "orch run-due"),
        (SCHEDULE, f"orch schedule withdraw {ID} --reason WHY"),
    ),
    no_time_and_open: ((SCHEDULE, RESUME),),
    no_time_and_over: ((SCHEDULE, ADD),),
    missed: ((RUN_DUE, RESUME), (RUN_DUE, f"orch schedule withdraw {ID} --reason WHY")),
    nobody_drives: (("cli/verbs/viewing/status.py", RESUME),),
    gate_to_confirm: ((MOVES, f"orch confirm {ID} --role {HOLE}"),),
    hold_before_work: (("cli/verbs/driving/signals.py", f"orch pause {ID}"),),
    untrusted_issuer: ((REHEARSE_VERB, f'orch keys trust {HOLE}{HOLE} --role "{HOLE}"'),),
    issuer_of_other_things: ((REHEARSE_VERB, NEW_KEY),),
    a_new_key: (("cli/verbs/planning/keys.py", f"orch keys trust {HOLE} {HOLE}{HOLE}"),),
    a_rehearsal_that_is_over: ((MOVES, f"orch rehearse {HOLE} --in {HOLE}{HOLE}"),),
    residue: (
        (MOVES, f"orch baseline diff {ID}"),
        (MOVES, f"orch rollback {ID} --reason WHY"),
        (MOVES, f"orch rollback {ID} --reason WHY --with PLAYBOOK"),
    ),
}
"""What brings orch into a state and what it prints there, with the forms of the commands by the file that has them."""
IN_EVERY_STATE = {
    (MOVES, f"orch retry {ID}"),
    (MOVES, f"orch hold {ID}"),
    (MOVES, f"orch exclude {ID} {HOLE} --reason WHY"),
}
"""Those that the states of the journals offer."""
TROUBLE = "the store, the disk or the machine is in trouble; it is named as what follows once that is mended"
SHOWS = "it only shows, in whatever state"
NOT_WALKED: dict[tuple[str, str], str] = {
    ("adapters/ansible/attempt_folder.py", "orch resume"): TROUBLE,
    ("adapters/ansible/playbooks.py", "orch resume"): TROUBLE,
    ("adapters/ansible/playbooks.py", RESUME): TROUBLE,
    ("adapters/ansible/starved.py", "orch resume"): TROUBLE,
    ("adapters/store/faults.py", "orch resume"): TROUBLE,
    ("adapters/store/faults.py", "orch status"): TROUBLE,
    ("cli/main.py", "orch resume"): TROUBLE,
    ("engine/practices/starved.py", RESUME): TROUBLE,
    (
        "engine/practices/run_attempt.py",
        RESUME,
    ): "it is for another machine (tests/engine/test_another_machine.py)",
    (
        "engine/practices/run_attempt.py",
        ABORT,
    ): "it is for another machine (tests/engine/test_another_machine.py)",
    ("cli/follow.py", RESUME): "the driver has been left with Ctrl-C (tests/cli/test_follow.py)",
    ("adapters/store/claim.py", STATUS): SHOWS,
    ("adapters/store/shared_claim.py", STATUS): SHOWS,
    ("engine/host_locks.py", STATUS): SHOWS,
    ("engine/lookup/shared_resources.py", STATUS): SHOWS,
    ("adapters/files/project_authority.py", "orch model list"): SHOWS,
    ("adapters/keys/key_folder.py", "orch keys list"): SHOWS,
    ("cli/verbs/planning/keys.py", "orch keys list"): SHOWS,
    ("cli/verbs/driving/rollback.py", "orch keys list"): SHOWS,
    ("policy/authority/replacement_word.py", "orch keys list"): SHOWS,
    ("engine/lookup/snapshots.py", "orch list"): SHOWS,
    ("engine/lookup/unreadable.py", "orch locks"): SHOWS,
    (STOP_ALL, "orch locks"): SHOWS,
    ("adapters/store/baselines.py", "orch baseline show DEPLOYMENT"): SHOWS,
    ("policy/telling/words/change_words.py", "orch baseline diff ID HOST --deployed"): SHOWS,
    ("policy/telling/words/change_words.py", "orch baseline diff ID --deployed"): SHOWS,
    ("adapters/keys/ed25519.py", "orch keys new"): "it asks for a passphrase at a terminal",
    ("adapters/keys/key_folder.py", "orch keys new"): "it asks for a passphrase at a terminal",
    ("cli/verbs/planning/keys.py", "orch keys new"): "it asks for a passphrase at a terminal",
    (RUN_DUE, "orch run-due"): "it names the other process",
}
"""Commands that are read and not run here, each with the reason."""
NAMED_ONLY = {
    ("cli/verbs/planning/keys.py", "orch keys trust"),
    (COMMANDS, "orch approve"),
    ("policy/course/rehearsing.py", "orch rehearse"),
}
"""Commands that are named as such, without what they are given."""


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scene:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "li.pem"))
    monkeypatch.setenv("ORCH_KEY_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.chdir(tmp_path)
    run(["keys", "new", "--file", "li.pem", "--no-passphrase"])
    return Scene(tmp_path, capsys, SigningKey.from_pem((tmp_path / "li.pem").read_bytes()))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_what_is_printed_works_there(walk: Callable[[Scene], str], scene: Scene) -> None:
    named = {command for _, command in NAMED_ONLY}
    printed = [command for command in dict.fromkeys(commands_in(walk(scene))) if command not in named]
    for _, form in WALKS[walk]:
        assert any(is_form(form, command) for command in printed), (form, printed)
    for command in printed:
        scene.fleet = Fleet()
        for file in ("new.pem", "new.pub.json", "signed.json"):
            (scene.folder / file).unlink(missing_ok=True)
        assert command in list(commands_in(walk(scene)))
        assert refusal_of(scene.fleet, filled(command, VALUES)) == "", command


@cache
def states() -> dict[tuple[object, ...], list[Recorded]]:
    """The beginning of a journal for each state of the corpus in which other commands are offered."""
    by_state: dict[tuple[object, ...], list[Recorded]] = {}
    for name in NAMES:
        records = _here(recorded(name))
        for length in range(1, len(records) + 1):
            d = fold(records[:length])
            verbs = tuple(move.command.split()[1] for move in next_moves(d))
            driving = (
                d.driving.hold is not None,
                d.driving.paused is not None,
                d.driving.stopped is not None,
            )
            gate, running = d.rollout.gate is not None, d.open_attempt is not None
            by_state.setdefault(
                (d.state, verbs, driving, bool(d.touched_hosts), gate, running), records[:length]
            )
    return by_state


PAUSED = e.Paused(by="ann", reason="looked at")
ABORTED = e.AbortRequested(by="ann", reason="looked at")
WORDS: dict[str, tuple[e.Event, ...]] = {
    "nothing": (),
    "a pause": (PAUSED,),
    "a hold": (e.DeploymentHeld(by="ann", reason="looked at"),),
    "an abort": (ABORTED,),
    "a pause and an abort": (PAUSED, ABORTED),
}


@pytest.mark.parametrize("word", WORDS)
def test_what_is_offered_in_a_state_works_in_it(word: str) -> None:
    offered: set[str] = set()
    for records in states().values():
        moves = _offered(records, WORDS[word])
        for command in moves:
            fleet = shop_fleet(None)
            d = _kept(fleet, records)
            for event in WORDS[word]:
                signal(fleet.ports, d.id, event)
            if not command.startswith("orch baseline diff"):  # its baselines are in no store
                assert refusal_of(fleet, filled(command, VALUES)) == "", (
                    command,
                    records[-1].event.kind,
                    d.state,
                )
        offered |= moves
    if word == "nothing":
        for _, form in IN_EVERY_STATE:
            assert any(is_form(form, command) for command in offered), form


def _offered(records: list[Recorded], events: tuple[e.Event, ...]) -> set[str]:
    """The commands that are offered after these events; none where the state does not take those."""
    fleet = shop_fleet(None)
    d = _kept(fleet, records)
    try:
        for event in events:
            signal(fleet.ports, d.id, event)
    except OrchError:
        return set()
    return {move.command for move in next_moves(fleet.now(d.id))}


def test_every_printed_command_is_walked_or_has_a_reason() -> None:
    walked = {place for places in WALKS.values() for place in places} | IN_EVERY_STATE
    listed = walked | NOT_WALKED.keys() | NAMED_ONLY
    printed = sources()
    assert printed - listed == set(), "printed, and no walk in tests/cli/test_printed_commands.py"
    assert listed - printed == set(), "walked, and printed no more"


def test_every_printed_command_can_be_read() -> None:
    for file, command in sources() - NAMED_ONLY:
        whole = command.replace(f"{HOLE}{HOLE}", HOLE).replace(f"trust {HOLE} {HOLE}", f"trust {HOLE}")
        example = filled(whole.replace(f"rollback {HOLE} {HOLE}", f"rollback {HOLE} --despite newer"), VALUES)
        assert fault_of([word.replace(HOLE, "x1") for word in example]) == "", (file, command)
