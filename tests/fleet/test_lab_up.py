"""`orch lab up`: real hosts, each its own machine, and nothing made twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lab.errors import NoSuchLab
from orchestrator.lab.fleet import Lab, take_down
from tests.fleet.conftest import NewLab
from tests.fleet.kernel import containers_of


def orch(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "lab", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )


def test_every_host_is_a_machine_of_its_own(lab: Lab) -> None:
    identities = [lab.ssh(host.name, "hostname; cat /etc/machine-id").out.split() for host in lab.hosts]
    assert [name for name, _ in identities] == [host.name for host in lab.hosts]
    assert len({machine_id for _, machine_id in identities}) == len(lab.hosts)
    assert len({line.split()[2] for line in lab.known_hosts.read_text().splitlines()}) == len(lab.hosts)


def test_systemd_runs_and_nothing_has_failed(lab: Lab) -> None:
    for host in lab.hosts:
        state = lab.ssh(host.name, "systemctl is-system-running --wait; systemctl --failed --no-legend")
        assert (state.code, state.out.strip()) == (0, "running")


def test_the_journal_of_a_host_works(lab: Lab) -> None:
    lab.ssh("web1", "sudo systemd-run --wait --quiet echo written by a unit")
    assert "written by a unit" in lab.ssh("web1", "sudo journalctl --no-pager --boot").out


def test_deploy_becomes_root_without_a_password(lab: Lab) -> None:
    assert lab.ssh("web1", "id -un; sudo -n id -un").out.split() == ["deploy", "root"]


def test_a_host_sees_its_own_network_alone(lab: Lab) -> None:
    assert lab.ssh("web1", "ls /sys/class/net").out.split() == ["eth0", "lo"]
    beyond = lab.ssh("web1", "python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 9), 1)'")
    assert beyond.code != 0


def test_a_wrong_host_key_is_refused(lab: Lab, tmp_path: Path) -> None:
    lines = lab.known_hosts.read_text().splitlines()
    swapped = [
        f"{line.split()[0]} {' '.join(other.split()[1:])}"
        for line, other in zip(lines, lines[1:] + lines[:1], strict=True)
    ]
    pins = tmp_path / "known_hosts"
    pins.write_text("\n".join(swapped) + "\n")
    command = ["ssh", "-F", str(lab.ssh_config), "-o", f"UserKnownHostsFile={pins}", "web1", "true"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 255


def test_ansible_reaches_every_host_by_the_inventory(lab: Lab) -> None:
    command = [
        str(Path(sys.executable).with_name("ansible")),
        "-i",
        str(lab.inventory),
        "rack_a:rack_b",
        "--become",
    ]
    ended = subprocess.run(
        [*command, "-m", "command", "-a", "hostname", "--one-line"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert sorted(line.split()[0] for line in ended.stdout.splitlines() if "rc=0" in line) == [
        host.name for host in lab.hosts
    ]


def test_a_second_up_adds_nothing_and_says_so(lab_name: str) -> None:
    first = Lab.up(lab_name, 2, light=True)
    before = containers_of(lab_name)
    lines: list[str] = []
    again = Lab.up(lab_name, 2, light=True, say=lines.append)
    assert again.state == first.state
    assert (containers_of(lab_name), len(before)) == (before, 2)
    assert "already running: web1, web2" in lines


def test_up_completes_and_heals_what_is_there(new_lab: NewLab) -> None:
    lab = new_lab(2, light=True)
    lab.fault("web1", "kill")
    lines: list[str] = []
    grown = Lab.up(lab.name, 3, light=True, say=lines.append)
    assert [host.name for host in grown.hosts] == ["web1", "web2", "web3"]
    assert [sighting.reachable for sighting in grown.status()] == [True, True, True]
    assert "already running: web2" in lines


def test_two_labs_stand_side_by_side(new_lab: NewLab) -> None:
    first, other = new_lab(1, light=True), new_lab(1, light=True)
    assert first.state.network != other.state.network
    take_down(first.name)
    assert other.ssh("web1", "echo still here").out == "still here\n"


def test_a_light_host_runs_sshd_and_python(light_lab: Lab) -> None:
    assert light_lab.ssh("web12", "hostname; sudo -n id -un; python3 -c 'print(6*7)'").out.split() == [
        "web12",
        "root",
        "42",
    ]
    assert all(sighting.conditions == ("up",) and sighting.reachable for sighting in light_lab.status())


def test_the_command_line_from_up_to_down(lab_name: str, tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    up = orch("up", "--name", lab_name, "--hosts", "1", "--light", cwd=tmp_path)
    assert (up.returncode, "is up: 1 host, sshd answers" in up.stdout) == (0, True), up.stderr
    inventory = tmp_path / "inventories" / lab_name / "hosts.yml"
    assert "ansible_host" in inventory.read_text()
    seen = json.loads(orch("status", "--name", lab_name, "--json").stdout)
    assert [(host["name"], host["conditions"], host["reachable"]) for host in seen["hosts"]] == [
        ("web1", ["up"], True)
    ]
    ran = orch("ssh", "--name", lab_name, "web1", "--", "exit 7")
    assert ran.returncode == 7
    assert orch("down", "--name", lab_name).returncode == 0
    assert not inventory.parent.exists()
    gone = orch("status", "--name", lab_name)
    assert (gone.returncode, f"There is no lab '{lab_name}'" in gone.stderr) == (11, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["up", "--name", "Lab One"], 2, "lower-case letters"),
        (["up", "--hosts", "0"], 2, "expected 1 to 200"),
        (["up", "--hosts", "many"], 2, "not a valid integer"),
        (["up", "--user", "root", "--jump", "9"], 2, "no host of a lab lets root log in"),
        (["up", "--jump", "--user", "A"], 2, "expected a letter"),
        (["up", "--sudo-password", "clear"], 2, "'clear' is not one of"),
        (["up", "--python", "2.7"], 2, "expected versions like 3.9"),
        (["down", "--name", "../etc"], 2, "lower-case letters"),
        (["fault", "--name", "no-such-lab", "web1", "cut"], 11, "There is no lab 'no-such-lab'"),
        (["fault", "web1", "explode"], 2, "'explode' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], code: int, words: str) -> None:
    ended = orch(*arguments)
    assert (ended.returncode, words in ended.stderr, "Traceback" in ended.stderr) == (code, True, False), (
        ended.stderr
    )


def test_a_host_that_the_lab_has_not(lab: Lab) -> None:
    with pytest.raises(NoSuchLab, match="has no host 'web99'; it has web1, web2"):
        lab.ssh("web99", "true")
