"""Baselines of real hosts: the same twice, and every kind of change is found and named."""

import time
from pathlib import Path

import pytest

from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.plan.target import Target
from orchestrator.lab.fleet import Lab
from orchestrator.policy.evidence.drift import compare, summary_lines
from tests.fleet.conftest import NewLab
from tests.fleet.lab_targets import UNIT, captured_of, run, targets_of

SCOPE = BaselineScope(
    files=("/etc/shop.conf", "/etc/ssh", "/opt", "/etc/systemd/system/shopbase*"),
    units=("shopbase*", "ssh"),
    sysctl=("net.ipv4.ip_forward",),
)


def captured(targets: list[Target], scope: BaselineScope = SCOPE) -> list[Baseline]:
    return captured_of(targets, scope)


def test_the_same_state_is_equal_on_every_host(lab: Lab) -> None:
    before, after = captured(targets_of(lab)), captured(targets_of(lab))
    assert [each.faults for each in before] == [()] * len(before)
    assert all(compare(earlier, other).equal for earlier, other in zip(before, after, strict=True))
    kinds = {item.kind for item in before[0].items}
    assert kinds >= {
        "file",
        "group",
        "package",
        "port",
        "sysctl",
        "unit",
        "user",
        "mount",
        "password",
        "set-uid file",
    }
    assert compare(before[0], before[1]).inconclusive is not None


CHANGES = [
    ("a configuration file", "echo a | sudo tee /etc/shop.conf", "sudo rm /etc/shop.conf", "file /etc/shop.conf is new"),
    ("a mode", "sudo chmod 0600 /etc/ssh/ssh_config", "sudo chmod 0644 /etc/ssh/ssh_config",
     "file /etc/ssh/ssh_config mode 0644 -> 0600"),
    ("a file deep down", "sudo mkdir -p /opt/a/b; sudo touch /opt/a/b/c", "sudo rm -r /opt/a", "file /opt/a/b/c is new"),
    ("a user", "sudo useradd -r shopuser", "sudo userdel shopuser", "user shopuser is new"),
    ("a package on hold", "echo acl hold | sudo dpkg --set-selections", "echo acl install | sudo dpkg --set-selections",
     "package acl status ii -> hi"),
    ("a unit", f"printf '{UNIT}' | sudo tee /etc/systemd/system/shopbase.service; sudo systemctl daemon-reload",
     "sudo rm /etc/systemd/system/shopbase.service; sudo systemctl daemon-reload", "unit shopbase.service is new"),
    ("a listener", "sudo systemd-run --unit listener python3 -m http.server 8099; sleep 1", "sudo systemctl stop listener",
     "port tcp 0.0.0.0:8099 is new"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "undo", "line"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_a_change_is_found_and_its_undoing_is_proved(lab: Lab, change: str, undo: str, line: str) -> None:
    target = targets_of(lab)[0]
    [before] = captured([target])
    run(lab, target.host, change)
    try:
        [changed] = captured([target])
    finally:
        run(lab, target.host, undo)
    lines = summary_lines(compare(before, changed).differences)
    assert f"{target.host}: {line}" in lines
    [after] = captured([target])
    assert compare(before, after).equal, summary_lines(compare(before, after).differences)


def test_a_restarted_unit_is_no_difference(lab: Lab) -> None:
    target = targets_of(lab)[0]
    scope = BaselineScope(units=("cron", "systemd-journald"), packages="none", ports=False, users=False)
    [before] = captured([target], scope)
    run(lab, target.host, "sudo systemctl restart systemd-journald; sleep 0.5")
    [after] = captured([target], scope)
    assert compare(before, after).equal


def test_without_root_a_baseline_is_incomplete(new_lab: NewLab) -> None:
    lab = new_lab(1, light=True)
    [target] = targets_of(lab)
    run(lab, target.host, "echo 'deploy ALL=(nobody) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/* >/dev/null")
    [baseline] = captured([target], BaselineScope(files=("/etc/shadow",)))
    assert not baseline.complete
    assert "/etc/shadow: Permission denied" in baseline.faults
    assert baseline.faults[-1].startswith("root cannot be had: sudo")
    assert not compare(baseline, baseline).equal


@pytest.mark.slow
def test_thirty_light_hosts_are_verified_and_captured_quickly(new_lab: NewLab) -> None:
    """Measured 2.3 s on two cores; the limit leaves room for whatever else runs on the machine."""
    targets = targets_of(new_lab(30, light=True))
    port = SshTargets()
    started = time.monotonic()
    assert {each.answer for each in port.verify(targets, [], Path())} == {"passed"}
    assert all(
        isinstance(each, Baseline) and each.complete
        for each in port.capture(targets, BaselineScope()).values()
    )
    assert time.monotonic() - started < 12
