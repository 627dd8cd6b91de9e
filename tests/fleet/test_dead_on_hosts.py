"""Which faults of a real host make it a dead one: those in which nobody answers, and no refusal (docs/adr/0112)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.ssh import SshTargets
from orchestrator.adapters.ssh.bounds import Bounds
from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.lab.fleet import Lab
from tests.fleet.lab_targets import run, targets_of
from tests.fleet.labs import lab_for

SCOPE = BaselineScope(packages="none", ports=False, users=False, system=False, files=("/etc/hostname",))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A host of these tests alone: it suffers."""
    with lab_for("dead", 1) as made:
        yield made


# A fault of the lab, whether the host is dead then
FAULTS = [("cut", True), ("kill", True), ("freeze", True), ("hang", False), ("fill", False)]


@pytest.mark.parametrize(("fault", "dead"), FAULTS)
def test_a_fault_from_outside(lab: Lab, fault: str, dead: bool) -> None:  # noqa: FBT001
    lab.fault("web1", fault)
    try:
        assert dead_by(lab) is dead
    finally:
        lab.fault("web1", "start" if fault == "kill" else "heal")
    assert not dead_by(lab)


# What the host refuses, by which command, and the one that takes it back
REFUSALS = [
    ("the login key", "sudo mv ~deploy/.ssh/authorized_keys /root/kept", "mv /root/kept ~deploy/.ssh/authorized_keys"),
    ("everybody but root", "echo maintenance | sudo tee /run/nologin", "rm /run/nologin"),
    ("an account that has expired", "sudo chage --expiredate 1 deploy", "chage --expiredate -1 deploy"),
    ("a login shell", "sudo chsh -s /usr/sbin/nologin deploy", "chsh -s /bin/bash deploy"),
    ("sudo without a password", "sudo mv /etc/sudoers.d /root/kept", "mv /root/kept /etc/sudoers.d"),
    ("to run Python", "sudo mv /usr/bin/python3 /root/kept", "mv /root/kept /usr/bin/python3"),
    ("the host key that is pinned",
     "sudo cp -a /etc/ssh /root/kept-ssh && sudo rm /etc/ssh/ssh_host_* && sudo ssh-keygen -A && sudo systemctl restart ssh",
     "rm -r /etc/ssh && mv /root/kept-ssh /etc/ssh && systemctl restart ssh"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refuse", "grant"),
    [
        pytest.param(*row[1:], id=row[0].replace(" ", "-"), marks=[pytest.mark.long] if number > 1 else [])
        for number, row in enumerate(REFUSALS)
    ],
)
def test_a_host_that_refuses_is_up(lab: Lab, refuse: str, grant: str) -> None:
    # What takes it back is started before: nobody may be able to log in after that.
    run(
        lab,
        "web1",
        f"sudo systemd-run --on-active=8 --timer-property=AccuracySec=100ms /bin/bash -c '{grant}' && sleep 0.3 && {refuse}",
    )
    port = SshTargets(bounds=Bounds(connect=3.0))
    [target] = targets_of(lab)
    answers = port.verify([target], [], Path())
    assert port.dead([target]) == {}, answers
    captured = port.capture([target], SCOPE)
    assert port.dead([target]) == {}, captured
    for _ in range(45):
        if lab.ssh("web1", "sudo true").code == 0:
            return
        time.sleep(1)
    pytest.fail("it is not as it was")


def dead_by(lab: Lab) -> bool:
    port = SshTargets(bounds=Bounds(connect=3.0))
    [target] = targets_of(lab)
    port.verify([target], [], Path())
    return list(port.dead([target])) == ["web1"]
