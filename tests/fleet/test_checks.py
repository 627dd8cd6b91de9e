"""Checks on real hosts with real systemd, as the plan's login user with sudo."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.plan.machines import kin_of
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED, Identity, Target
from orchestrator.lab.fleet import Lab
from tests.fleet.asking import ask
from tests.fleet.conftest import NewLab
from tests.fleet.lab_targets import UNIT, run, targets_of


def answer(target: Target, written: dict[str, object], project: Path = Path()) -> tuple[str, str]:
    result = ask([target], written, project=project)[1]
    return result.answer, result.found


HEALTHY: list[tuple[dict[str, object], str]] = [
    ({"os": {"distribution": "debian", "versions": ["12"]}}, "debian 12"),
    ({"space": {"free": "50MB"}}, "free"),
    ({"memory": "50MB"}, "available"),
    ({"clock": "2s"}, "give or take"),
    ({"become": "root"}, "sudo asks for nothing"),
    ({"python": "3.8"}, "3."),
    ({"package": "python3"}, "version 3."),
    ({"unit": "ssh"}, "active (running) for "),
    ({"unit": {"name": "no-such", "state": "absent"}}, "no such unit"),
    ({"port": 8080}, "nobody listens"),
    ({"port": {"port": 22, "state": "listening"}}, "listens on "),
    ({"file": {"path": "/etc/shadow", "mode": "0640", "owner": "root"}}, "file, mode 0640, owner root"),
    ({"user": "deploy"}, "user "),
    ({"pending_reboot": False}, "no reboot is pending"),
    ({"other_deployment": False}, "none"),
    ({"tcp": 22}, "answers"),
    ({"tcp": {"port": 22, "origin": "target"}}, "answers"),
    ({"command": {"run": "id -un", "stdout_contains": "deploy"}}, "exit code 0: deploy"),
    ({"command": {"run": "id -un", "become": True, "stdout_contains": "root"}}, "exit code 0: root"),
    ({"command": "test {host} = $(hostname)"}, "exit code 0"),
]


def test_a_healthy_host_passes_every_kind(lab: Lab) -> None:
    targets = targets_of(lab)
    results = ask(targets, *(written for written, _ in HEALTHY))
    assert len(results) == len(targets) * (len(HEALTHY) + 1)
    assert [(each.host, each.title, each.found) for each in results if each.answer != "passed"] == []
    for result, (_, finding) in zip(results[1:], HEALTHY, strict=False):
        assert finding in result.found


def test_a_light_host_has_no_systemd_and_says_so(light_lab: Lab) -> None:
    result = answer(targets_of(light_lab)[0], {"unit": "ssh"})
    assert result[0] == "inconclusive"
    assert result[1].startswith(("systemd cannot be asked", "systemctl cannot be run"))


def test_units_as_they_come_and_go(lab: Lab) -> None:
    target = targets_of(lab)[0]
    assert answer(target, {"unit": "shoptest"}) == ("failed", "no such unit")
    run(
        lab,
        target.host,
        f"printf '{UNIT}' | sudo tee /etc/systemd/system/shoptest.service; sudo systemctl daemon-reload",
    )
    try:
        assert answer(target, {"unit": "shoptest"}) == ("failed", "inactive (dead)")
        assert (
            answer(target, {"unit": {"name": "shoptest", "state": "inactive", "enabled": True}})[0]
            == "failed"
        )
        run(lab, target.host, "sudo systemctl enable --now shoptest")
        assert answer(target, {"unit": {"name": "shoptest", "enabled": True}})[0] == "passed"
        assert answer(target, {"unit": {"name": "shoptest", "up_for": "1h"}})[0] == "failed"
        late = answer(
            target, {"unit": {"name": "shoptest", "up_for": "2s"}, "within": "20s", "every": "200ms"}
        )
        assert late[0] == "passed"
        run(lab, target.host, "sudo systemctl kill -s KILL shoptest; sleep 0.3")
        assert answer(target, {"unit": {"name": "shoptest", "state": "failed"}})[0] == "passed"
    finally:
        run(
            lab,
            target.host,
            "sudo systemctl disable --now shoptest; sudo rm /etc/systemd/system/shoptest.service",
        )
        run(lab, target.host, "sudo systemctl daemon-reload; sudo systemctl reset-failed shoptest || true")


def test_what_a_previous_deployment_left(lab: Lab) -> None:
    target = targets_of(lab)[1]
    run(
        lab,
        target.host,
        "sudo touch /run/reboot-required; ORCH_RUN=shop-7 nohup sleep 60 >/dev/null 2>&1 & echo $! > /tmp/pid",
    )
    try:
        assert answer(target, {"pending_reboot": False}) == ("failed", "a reboot is pending")
        result = answer(target, {"other_deployment": False})
        assert result[0] == "failed"
        assert "of shop-7" in result[1]
        others = ask(targets_of(lab)[2:], {"other_deployment": False})
        assert {each.answer for each in others} == {"passed"}
    finally:
        run(lab, target.host, "sudo rm /run/reboot-required; kill $(cat /tmp/pid); rm /tmp/pid")


@pytest.mark.long
def test_without_sudo_the_rest_is_still_asked(new_lab: NewLab) -> None:
    lab = new_lab(1)
    [target] = targets_of(lab)
    run(lab, target.host, "echo 'deploy ALL=(nobody) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/* >/dev/null")
    written: list[dict[str, object]] = [
        {"become": "root"},
        {"become": "nobody"},
        {"user": "root"},
        {"file": "/etc/passwd"},
    ]
    results = ask([target], *written, {"file": {"path": "/root/x"}}, {"other_deployment": False})
    assert [each.answer for each in results] == [
        "passed", "failed", "passed", "passed", "passed", "inconclusive", "inconclusive",
    ]  # fmt: skip
    assert "root cannot be had: sudo" in results[-1].found


@pytest.mark.long
def test_a_testinfra_file_runs_on_all_hosts(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "test_host.py").write_text(
        "def test_ssh(host):\n    assert host.service('ssh').is_running\n"
        "def test_who(host):\n    assert host.check_output('id -un') == 'root'\n"
    )
    plain = ask(targets_of(lab), {"testinfra": "test_host.py"}, project=tmp_path)
    rooted = ask(targets_of(lab), {"testinfra": {"path": "test_host.py", "become": True}}, project=tmp_path)
    assert {each.answer for each in plain if each.kind == "testinfra"} == {"failed"}
    assert {(each.answer, each.found) for each in rooted if each.kind == "testinfra"} == {
        ("passed", "2 passed")
    }


def test_every_host_is_a_machine_of_its_own(lab: Lab) -> None:
    targets = targets_of(lab)
    alias = targets[0].model_copy(update={"host": "alias"})
    identities = SshTargets().identify([*targets, alias])
    known = {host: each for host, each in identities.items() if isinstance(each, Identity)}
    assert set(known) == {*(target.host for target in targets), "alias"}
    assert [(kin.kinship, kin.hosts) for kin in kin_of(known)] == [
        ("one_machine", (targets[0].host, "alias"))
    ]


@pytest.mark.slow
def test_hosts_in_trouble_end_in_time_and_spare_the_others(new_lab: NewLab) -> None:
    lab = new_lab(6, light=True)
    targets = targets_of(lab)
    for target, fault in zip(targets, ("cut", "hang", "freeze", "kill"), strict=False):
        lab.fault(target.host, fault)
    started = time.monotonic()
    results = ask(targets, {"user": "root"})
    assert time.monotonic() - started < 25
    assert [each.answer for each in results] == ["failed", "inconclusive"] * 4 + ["passed", "passed"] * 2
    assert not [each for each in results if each.found.startswith(HOST_KEY_NOT_PINNED)]


@pytest.mark.slow
def test_hosts_that_fall_silent_in_the_middle_end_in_time(new_lab: NewLab) -> None:
    """The answer is on its way when a host goes; what it would have said is unknown."""
    lab = new_lab(3, light=True)
    targets = targets_of(lab)
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(ask, targets, {"command": {"run": "sleep 8", "timeout": "5m"}})
        time.sleep(3)
        lab.fault(targets[0].host, "cut")
        lab.fault(targets[1].host, "freeze")
        results = asked.result(timeout=60)
    assert [each.answer for each in results] == [
        "failed",
        "inconclusive",
        "failed",
        "inconclusive",
        "passed",
        "passed",
    ]


@pytest.mark.long
def test_another_machine_at_the_address_is_a_security_event(new_lab: NewLab, tmp_path: Path) -> None:
    """The address of the first host is answered by the second."""
    lab = new_lab(2, light=True)
    first, two = targets_of(lab)
    [key] = [
        line.split()[1:3]
        for line in lab.known_hosts.read_text().splitlines()
        if first.address in line.split()[0]
    ]
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(f"{two.address} {' '.join(key)}\n")
    [reachable] = ask([first.model_copy(update={"address": two.address, "known_hosts": str(known_hosts)})])
    assert reachable.answer == "failed"
    assert reachable.found.startswith(HOST_KEY_NOT_PINNED)
