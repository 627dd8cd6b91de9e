"""Visits through real Ansible to an appliance that answers by HTTP: what it answers is judged, whatever it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.visits import AnsibleTargets
from orchestrator.adapters.ansible.visits.visit import Visits
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.module_question import ModuleFacts
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.target import Identity, Target, Through
from orchestrator.engine.ports import VisitGround
from tests.adapters.ansible.local_runs import WARM, until
from tests.worlds.ansibles import CHOICE
from tests.worlds.appliance import Appliance, appliances, project

URI = "ansible.builtin.uri"
IDENTITY = ModuleFacts(module=URI, args={"url": "{{ api }}/identity"}, keep=("json.serial",))
SCOPE = BaselineScope.model_validate(
    {
        "facts": [
            {"name": "version", "module": URI, "args": {"url": "{{ api }}/state"}, "keep": ["json.version"]},
            {
                "name": "config",
                "module": URI,
                "args": {"url": "{{ api }}/config"},
                "keep": ["json.mtu", "json.ntp"],
            },
        ]
    }
)


class Site:
    """Two appliances, and the port that asks them."""

    def __init__(self, folder: Path, made: list[Appliance]) -> None:
        self.made, self.folder = made, folder
        self.project = folder / "project"
        project(self.project, made)
        self.root = folder / "visits"
        runs = AnsiblePlaybooks(self.root, warm=WARM, choice=CHOICE)
        self.port = AnsibleTargets(Visits(runs, self.root, SystemClock()), SystemClock()).within(
            self.ground()
        )

    def ground(self, **changes: Any) -> VisitGround:
        given = {
            "attempt": "d1", "deployment": "d1", "purpose": "visit", "hosts": (), "variables": {},
            "project": str(self.project), "inventory": str(self.project / "inventories/staging.yml"),
            "playbook": str(self.project / "playbooks/configure.yml"),
        }  # fmt: skip
        return VisitGround(request=AttemptRequest.model_validate({**given, **changes}), scope=SCOPE)

    def target(self, number: int, identity: ModuleFacts | None = IDENTITY) -> Target:
        through = Through(connection="local", identity=identity)
        return Target(host=f"box{number}", address=f"box{number}", through=through)

    def both(self) -> list[Target]:
        return [self.target(1), self.target(2)]

    def answers(self, *checks: dict[str, Any]) -> dict[tuple[str, int | None], tuple[str, str]]:
        nouns = [TypeAdapter[Check](Check).validate_python(check) for check in checks]
        results = self.port.verify(self.both(), nouns, self.project)
        return {(each.host, each.number): (each.answer, each.found) for each in results}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with appliances("SN-1", "SN-2") as made:
        yield Site(tmp_path, made)


def asks(path: str, **expectation: Any) -> dict[str, Any]:
    return {
        "module": {
            "name": URI,
            "args": {"url": "{{ api }}/state"},
            "expect": [{"value": path, **expectation}],
        }
    }


def test_checks_and_identities_are_asked_in_one_run(site: Site) -> None:
    site.made[1].state["version"] = "3.0"
    answers = site.answers(asks("json.version", equals="1.0"), asks("json.config.mtu", equals=1500))
    assert answers["box1", 0] == ("passed", "json.version 1.0")
    assert answers["box2", 0] == ("failed", "json.version 3.0")
    assert answers["box2", 1] == ("passed", "json.config.mtu 1500")
    assert answers["box1", None][0] == "passed"
    assert "machine fact:SN-1; d1.visit-" in answers["box1", None][1]
    assert "playbook sha256 " in answers["box1", None][1]
    # the identity, and one question for two checks of the same answer
    assert [path for _, path in site.made[0].asked].count("/identity") == 1
    assert len(list(site.root.glob("d1.visit-*"))) == 1
    assert [oct(path.stat().st_mode & 0o77) for path in (site.root, *site.root.iterdir())] == ["0o0"] * 4


@pytest.mark.slow
def test_a_baseline_has_the_declared_values_and_the_machine(site: Site) -> None:
    captured = site.port.capture(site.both(), SCOPE)["box1"]
    assert isinstance(captured, Baseline)
    assert captured.machine_id == "fact:SN-1"
    assert captured.complete
    assert {item.name: item.attributes for item in captured.items} == {
        "version": {"json.version": "1.0"},
        "config": {"json.mtu": 1500, "json.ntp": '["10.0.0.1"]'},
    }
    assert captured.visit.startswith("d1.visit-")


@pytest.mark.slow
def test_an_appliance_that_does_not_answer_has_no_baseline_and_the_other_has(site: Site) -> None:
    site.made[0].stop()
    captured = site.port.capture(site.both(), SCOPE)
    assert isinstance(captured["box1"], str)
    assert "Connection refused" in captured["box1"]
    assert isinstance(captured["box2"], Baseline)


LIES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"<html>login</html>", "has none of json.version"),
    "nothing": (b"", "has none of json.version"),
    "another form": (b'["1.0"]', "has none of json.version"),
    "huge": (
        b'{"version": "' + b"x" * 200_000 + b'"}',
        "no value that can be kept: it has 200000 characters",
    ),
    "deep": (b'{"version": ' + b"[" * 200 + b"]" * 200 + b"}", "nested more than 24 deep"),
    "control characters": (b'{"version\x00": "\x1b[2J"}', "has none of json.version"),
}


def test_what_is_no_answer_is_a_fault_of_its_host_alone(tmp_path: Path) -> None:
    with appliances(*LIES, "honest") as made:
        site = Site(tmp_path, made)
        for liar, (content, _) in zip(made, LIES.values(), strict=False):
            liar.lie = lambda path, content=content: content if path == "/state" else None  # type: ignore[misc]
        captured = site.port.capture([site.target(n) for n in range(1, len(made) + 1)], SCOPE)
    faults = {}
    for serial, each in zip([*LIES, "honest"], captured.values(), strict=True):
        assert isinstance(each, Baseline), (serial, each)
        faults[serial] = "; ".join(each.faults)
    assert {name for name in LIES if LIES[name][1] not in faults[name]} == set(), faults
    assert faults["honest"] == ""


@pytest.mark.slow
def test_hostile_values_are_kept_in_text_that_can_be_shown(site: Site) -> None:
    hostile = {"version": "1.0\x00\x1b[2J\u202e", "config": {"mtu": 10**400}}
    content = json.dumps(hostile).replace("1" + "0" * 400, "1e999").encode()
    site.made[0].lie = lambda path: content if path == "/state" else None
    answers = site.answers(
        asks("json.version", matches="1.0*"),
        asks("json.config.mtu", equals=1500),
        asks("json.none", exists=False),
    )
    assert answers["box1", 0] == ("passed", "json.version 1.0\\x00\\x1b[2J\\u202e")
    assert answers["box1", 1] == ("failed", "json.config.mtu inf")
    assert answers["box1", 2][0] == "passed"


@pytest.mark.slow
def test_a_module_that_says_it_changed_something_is_no_question(site: Site, tmp_path: Path) -> None:
    (site.project / "library").mkdir()
    module = site.project / "library/changer.py"
    module.write_text(
        "#!/usr/bin/python3\nfrom ansible.module_utils.basic import AnsibleModule\n"
        "AnsibleModule(argument_spec={}).exit_json(changed=True, version='1.0')\n"
    )
    check = {"module": {"name": "changer", "expect": [{"value": "version", "equals": "1.0"}]}}
    # beside the project's ansible.cfg or its playbooks
    (site.project / "ansible.cfg").write_text("[defaults]\nlibrary = library\n")
    answer, finding = site.answers(check)["box1", 0]
    assert answer == "failed", finding
    assert "says that it changed something" in finding


@pytest.mark.slow
def test_a_command_that_only_reads_is_a_question_by_the_authors_word(site: Site) -> None:
    check = {
        "module": {
            "name": "ansible.builtin.command",
            "args": {"cmd": "echo {{ inventory_hostname }}"},
            "reads_only": True,
            "expect": [{"value": "stdout", "equals": "box1"}],
        }
    }
    answers = site.answers(check)
    assert answers["box1", 0][0] == "passed", answers
    assert answers["box2", 0] == ("failed", "stdout box2")


@pytest.mark.slow
def test_a_check_is_asked_again_within_its_time(site: Site) -> None:
    site.made[0].state["version"] = "0.9"
    site.made[0].lie = lambda path: (
        None if [p for _, p in site.made[0].asked].count("/state") < 2 else b'{"version": "1.0"}'
    )
    within = {**asks("json.version", equals="1.0"), "within": 60, "every": 0.1}
    assert site.answers(within)["box1", 0] == ("passed", "json.version 1.0")


@pytest.mark.slow
def test_a_replaced_appliance_is_another_machine(site: Site) -> None:
    first = site.port.identify(site.both())["box1"]
    site.made[0].serial = "SN-9"
    second = site.port.identify(site.both())["box1"]
    assert isinstance(first, Identity)
    assert isinstance(second, Identity)
    assert (first.machine_id, second.machine_id) == ("fact:SN-1", "fact:SN-9")


def test_without_an_identity_a_host_is_known_by_its_name(site: Site) -> None:
    known = site.port.identify([site.target(1, None), site.target(2, None)])
    assert {host: each.machine_id for host, each in known.items() if isinstance(each, Identity)} == {
        "box1": "name:connection:local:box1",
        "box2": "name:connection:local:box2",
    }
    assert not site.made[0].asked


@pytest.mark.slow
def test_an_appliance_that_never_answers_is_given_up_at_the_time_limit_of_its_question(site: Site) -> None:
    site.made[0].delay = 60
    check = asks("json.version", equals="1.0")
    check["module"] |= {"timeout": 10}
    slow = IDENTITY.model_copy(update={"timeout": 10.0})
    began = time.monotonic()
    results = site.port.verify(
        [site.target(1, slow), site.target(2, slow)],
        [TypeAdapter[Check](Check).validate_python(check)],
        site.project,
    )
    answers = {(each.host, each.number): each.answer for each in results}
    assert answers == {
        ("box1", None): "failed",
        ("box1", 0): "failed",
        ("box2", None): "passed",
        ("box2", 0): "passed",
    }
    assert time.monotonic() - began < 55


def test_hosts_led_elsewhere_since_the_check_are_not_taken_for_them(site: Site) -> None:
    moved = site.target(1).model_copy(
        update={
            "address": "192.0.2.9",
            "through": Through(connection="ansible.netcommon.httpapi", identity=IDENTITY),
        }
    )
    captured = site.port.capture([moved], SCOPE)["box1"]
    assert isinstance(captured, str)
    assert "the inventory has box1 at connection local now" in captured


@pytest.mark.slow
def test_vaulted_values_stand_in_no_answer(tmp_path: Path) -> None:
    with appliances("SN-1", "SN-2") as made:
        site = Site(tmp_path, made)
        made[0].state["version"] = "build-of-s3cret-sauce"
        folder = site.project / "inventories/group_vars/appliances"
        folder.mkdir(parents=True)
        (site.project / "password").write_text("vault-pass\n")
        vault = [
            str(Path(sys.executable).parent / "ansible-vault"),
            "encrypt_string",
            "--vault-password-file",
        ]
        made_text = subprocess.run(
            [*vault, str(site.project / "password"), "s3cret-sauce", "--name", "recipe"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        (folder / "vault.yml").write_text(made_text)
        ground = site.ground(vault_password_file=str(site.project / "password"))
        port = site.port.within(ground)
        captured = port.capture(site.both(), SCOPE)["box1"]
        assert isinstance(captured, Baseline)
        assert captured.complete, captured.faults
        kept = captured.model_dump_json() + "".join(
            file.read_text(errors="replace") for file in site.root.rglob("*") if file.is_file()
        )
        assert "s3cret-sauce" not in kept
        assert "build-of-" in kept


@pytest.mark.slow
def test_a_visit_whose_caller_was_killed_is_ended_by_the_next(site: Site) -> None:
    site.made[0].delay = 60
    program = (
        "import sys; from tests.adapters.ansible.visits.test_visits import *\n"
        "from tests.worlds.appliance import Appliance\n"
        "made = [Appliance(f'SN-{n}', port=int(port)) for n, port in enumerate(sys.argv[2:], 1)]\n"
        "Site(Path(sys.argv[1]), made).port.capture([Site.target(None, 1)], SCOPE)\n"
    )
    ports = [str(each.port) for each in site.made]
    caller = subprocess.Popen([sys.executable, "-c", program, str(site.folder), *ports])
    deadline = time.monotonic() + 60
    while not site.made[0].asked:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(caller.pid, signal.SIGKILL)
    caller.wait()
    site.made[0].delay = 0
    [left] = [path.name for path in site.root.glob("d1.visit-*")]
    runs = AnsiblePlaybooks(site.root, warm=WARM, choice=CHOICE)
    assert runs.sight(left).state == "running"
    captured = site.port.capture(site.both(), SCOPE)
    assert isinstance(captured["box1"], Baseline)
    assert runs.sight(left).state == "dead"


def test_a_run_is_refused_by_another_machine_before_its_first_task(site: Site) -> None:
    """The first is the machine of the baseline, the second is not: nothing is written there."""
    runs = AnsiblePlaybooks(site.folder / "attempts", warm=WARM, choice=CHOICE)
    request = site.ground().request.model_copy(
        update={
            "attempt": "d1.1-deploy",
            "purpose": "deploy",
            "hosts": ("box1", "box2"),
            "addresses": {"box1": "connection local", "box2": "connection local"},
            "without_ssh": {"box1": IDENTITY, "box2": IDENTITY},
            "machines": {"box1": "fact:SN-1", "box2": "fact:SN-0"},
            "epoch": 7,
        }
    )
    runs.start(request)
    outcome = until(runs, "d1.1-deploy", "finished").outcome
    assert outcome is not None
    results = {host.host: (host.result, host.reason) for host in outcome.hosts}
    assert results["box1"][0] == "done", results
    assert results["box2"][0] == "not_done"
    assert "this is another machine now, its machine-id is fact:SN-2 and was fact:SN-0" in results["box2"][1]
    assert [each.state["version"] for each in site.made] == ["2.0", "1.0"]
