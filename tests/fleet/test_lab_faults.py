"""`orch lab fault`: each one as it is met from outside, and its end."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from orchestrator.lab.errors import LabUsage
from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Hosts of these tests alone: they suffer."""
    with lab_for("faults", 2) as made:
        yield made


@pytest.fixture
def host(lab: Lab) -> Iterator[str]:
    """A host that is sound again afterwards."""
    yield "web1"
    lab.fault("web1", "heal")
    if "dead" in conditions(lab, "web1"):
        lab.fault("web1", "start")
    assert conditions(lab, "web1") == ("up",)
    assert lab.ssh("web1", "echo sound").out == "sound\n"


def conditions(lab: Lab, name: str) -> tuple[str, ...]:
    return next(sighting.conditions for sighting in lab.status(seconds=0.4) if sighting.name == name)


def reachable(lab: Lab) -> dict[str, bool]:
    return {sighting.name: sighting.reachable for sighting in lab.status(seconds=0.4)}


def first_words(lab: Lab, name: str, *, say: bytes, seconds: float = 1.5) -> list[bytes]:
    """Connect to sshd, say something after its banner, and return all it says; silence ends the list."""
    heard = []
    with socket.create_connection((str(lab.host(name).address), 22), timeout=seconds) as connection:
        connection.settimeout(seconds)
        try:
            heard.append(connection.recv(4096))
            connection.sendall(say)
            heard.append(connection.recv(4096))
        except TimeoutError:
            pass
    return heard


def test_a_host_that_is_cut_off_drops_every_packet(lab: Lab, host: str) -> None:
    lab.fault(host, "cut")
    assert conditions(lab, host) == ("cut",)
    with pytest.raises(TimeoutError):
        socket.create_connection((str(lab.host(host).address), 22), timeout=1)
    assert reachable(lab) == {"web1": False, "web2": True}


def test_a_host_that_is_cut_off_goes_on_by_itself(lab: Lab, host: str) -> None:
    lab.ssh(host, "sudo systemd-run --quiet --unit=lives sh -c 'sleep 1; touch /root/lived'")
    lab.fault(host, "cut")
    time.sleep(1.5)
    lab.fault(host, "heal")
    assert lab.ssh(host, "sudo ls /root/lived").code == 0


def test_a_hung_host_sends_its_banner_and_then_nothing(lab: Lab, host: str) -> None:
    lab.fault(host, "hang")
    assert conditions(lab, host) == ("hung",)
    heard = first_words(lab, host, say=b"SSH-2.0-test\r\n")
    assert [words[:8] for words in heard] == [b"SSH-2.0-"]
    assert lab.ssh(host, "true", seconds=2).code == 124


def test_a_sound_host_answers_after_its_banner(lab: Lab, host: str) -> None:
    assert len(first_words(lab, host, say=b"SSH-2.0-test\r\n")) == 2


def test_a_frozen_host_connects_and_says_nothing(lab: Lab, host: str) -> None:
    lab.fault(host, "freeze")
    assert conditions(lab, host) == ("frozen",)
    assert first_words(lab, host, say=b"") == []


def test_a_full_disk_refuses_writes_by_everybody(lab: Lab, host: str) -> None:
    lab.fault(host, "fill")
    assert conditions(lab, host) == ("filled",)
    assert lab.ssh(host, "echo text > written").err.strip().endswith("No space left on device")
    assert "No space left on device" in lab.ssh(host, "sudo bash -c 'echo text > /root/written'").err
    assert lab.ssh(host, "df --output=avail / | tail -1").out.strip() == "0"
    lab.fault(host, "heal")
    assert lab.ssh(host, "echo text > written && cat written").out == "text\n"


def test_a_killed_host_dies_without_a_word_and_starts_as_the_same_host(lab: Lab, host: str) -> None:
    before = lab.ssh(
        host, "touch kept; sync; cat /etc/machine-id /proc/sys/kernel/random/boot_id"
    ).out.split()
    with socket.create_connection((str(lab.host(host).address), 22), timeout=2) as connection:
        connection.recv(4096)
        lab.fault(host, "kill")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(4096)
    assert conditions(lab, host) == ("dead",)
    assert reachable(lab) == {"web1": False, "web2": True}
    lab.fault(host, "start")
    after = lab.ssh(host, "ls kept; cat /etc/machine-id /proc/sys/kernel/random/boot_id").out.split()
    assert after[:2] == ["kept", before[0]]
    assert after[2] != before[1]


def test_a_host_reboots_by_itself(lab: Lab, host: str) -> None:
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = lab.ssh(host, boot).out
    lab.ssh(host, "sudo systemctl reboot")
    deadline = time.monotonic() + 10
    while (now := lab.ssh(host, boot)).code != 0 or now.out == before:
        assert time.monotonic() < deadline, "it did not come back"
        time.sleep(0.1)
    assert lab.ssh(host, "systemctl is-system-running --wait").out == "running\n"


def test_faults_add_up_and_one_heal_takes_them_all_back(lab: Lab, host: str) -> None:
    for fault in ("cut", "fill", "freeze"):
        lab.fault(host, fault)
    assert conditions(lab, host) == ("frozen", "cut", "filled")
    lab.fault(host, "heal")
    assert conditions(lab, host) == ("up",)


@pytest.mark.parametrize(
    ("fault", "words"), [("start", "web1 is running"), ("explode", "expected one of cut, hang")]
)
def test_what_makes_no_sense_is_refused(lab: Lab, host: str, fault: str, words: str) -> None:
    with pytest.raises(LabUsage, match=words):
        lab.fault(host, fault)


def test_a_dead_host_cannot_freeze(lab: Lab, host: str) -> None:
    lab.fault(host, "kill")
    with pytest.raises(LabUsage, match="web1 is dead"):
        lab.fault(host, "freeze")
