"""The example's playbooks do on real hosts what they promise: an oracle of its own compares the hosts before and after."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.cases.example.variants import ROOT, project
from tests.fleet.labs import lab_for

pytestmark = pytest.mark.slow

HOSTS = tuple(f"web{number}" for number in range(1, 13))
# Odd hosts never had the shop, even hosts run shop 1.0.0 before each test and after it.
FIRST, OLDER = HOSTS[0::2], HOSTS[1::2]
ORACLE = ROOT / "tests/cases/example/oracle.py"
OK, CHANGED, FAILED = 0, 1, 2

Seen = dict[str, str]


class Ran(NamedTuple):
    """What ansible-playbook said."""

    recap: dict[str, tuple[int, int, int]]
    output: str


class Example:
    """The hosts, and what is done to them."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.project = project(folder)

    def deploy(
        self, versions: Mapping[str, str], deployment: str, playbook: str = "playbooks/shop.yml"
    ) -> Ran:
        """Each host gets its own version."""
        return self._play(playbook, versions, deployment, "deploy")

    def back_out(self, hosts: Iterable[str], deployment: str, playbook: str = "rollback/shop.yml") -> Ran:
        return self._play(playbook, dict.fromkeys(hosts, "1.0.0"), deployment, "backout")

    def _play(self, playbook: str, versions: Mapping[str, str], deployment: str, purpose: str) -> Ran:
        given = self.project / "given.json"
        variables = {
            host: {"orch": orch_variables(self.project, version, deployment, purpose)}
            for host, version in versions.items()
        }
        given.write_text(json.dumps({"web": {"hosts": variables}}))
        command = [
            sys.executable,
            "-m",
            "ansible",
            "playbook",
            "-i",
            str(self.lab.inventory),
            "-i",
            str(given),
        ]
        environment = {**os.environ, "ANSIBLE_PIPELINING": "1", "ANSIBLE_FORKS": "12", "ANSIBLE_NOCOLOR": "1"}
        ended = subprocess.run(
            [*command, "--limit", ",".join(versions), playbook],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        return Ran(recap_of(ended.stdout), ended.stdout + ended.stderr)

    def see(self, hosts: Iterable[str]) -> dict[str, Seen]:
        """What the oracle sees of each host."""
        hosts = tuple(hosts)
        with ThreadPoolExecutor(6) as pool:
            return dict(zip(hosts, pool.map(self._seen, hosts), strict=True))

    def _seen(self, host: str) -> Seen:
        command = self.lab.ssh_command(host, ["sudo python3 -"])
        ended = subprocess.run(command, input=ORACLE.read_text(), capture_output=True, text=True, check=True)
        seen: Seen = json.loads(ended.stdout)
        return seen

    def answer(self, host: str, path: str) -> tuple[int, str]:
        """Status and text of a page; 0 without an answer."""
        try:
            with urlopen(f"http://{self.lab.host(host).address}:8080{path}", timeout=3) as answer:
                return answer.status, answer.read().decode().strip()
        except HTTPError as error:
            return error.code, error.read().decode().strip()
        except (OSError, HTTPException) as error:
            return 0, str(error)

    def versions(self, hosts: Iterable[str]) -> dict[str, str]:
        return {host: self.answer(host, "/version")[1] for host in hosts}

    def acts(self, host: str, deployment: str) -> list[str]:
        """The purposes in the log of acts."""
        log = self.lab.ssh(host, "sudo cat /var/log/orch-acts.log").out
        return re.findall(rf" deployment={deployment} attempt=\S+ purpose=(\w+) ", log)


def orch_variables(folder: Path, version: str, deployment: str, purpose: str) -> dict[str, object]:
    artefact = str(folder / f"dml/shop-{version}.tar.gz")
    return {
        "deployment": deployment,
        "attempt": f"{deployment}.{purpose}",
        "purpose": purpose,
        "units": {"shop": {"version": version, "artefact": artefact}},
    }


def recap_of(output: str) -> dict[str, tuple[int, int, int]]:
    """ok, changed and failed by host."""
    rows = re.findall(r"^(\S+) +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=(\d+)", output, re.MULTILINE)
    return {host: (int(ok), int(changed), int(failed)) for host, ok, changed, failed in rows}


def differences(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> dict[str, list[str]]:
    """What is not as it was, by host."""
    differences = {
        host: sorted(
            name for name in before[host] | after[host] if before[host].get(name) != after[host].get(name)
        )
        for host in before
    }
    return {host: names for host, names in differences.items() if names}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with lab_for("example", len(HOSTS)) as lab:
        made = Example(lab, tmp_path_factory.mktemp("example") / "project")
        ran = made.deploy(dict.fromkeys(OLDER, "1.0.0"), "older")
        assert {host: made.answer(host, "/health") for host in OLDER} == dict.fromkeys(OLDER, (200, "ok")), (
            ran.output
        )
        yield made


def test_deployed_twice_and_taken_back(example: Example) -> None:
    hosts = HOSTS[:2]
    before = example.see(hosts)
    first = example.deploy(dict.fromkeys(hosts, "1.1.0"), "twice")
    assert {host: counted[FAILED] for host, counted in first.recap.items()} == dict.fromkeys(hosts, 0), (
        first.output
    )
    assert example.versions(hosts) == dict.fromkeys(hosts, "1.1.0")
    assert {example.answer(host, "/health") for host in hosts} == {(200, "ok")}
    assert all("<td>plums<td>3.60" in example.answer(host, "/")[1] for host in hosts)
    deployed = example.see(hosts)
    assert set(differences(before, deployed)) == set(hosts)

    second = example.deploy(dict.fromkeys(hosts, "1.1.0"), "twice")
    assert {host: counted[CHANGED:] for host, counted in second.recap.items()} == dict.fromkeys(hosts, (0, 0))
    assert differences(deployed, example.see(hosts)) == {}

    back = example.back_out(hosts, "twice")
    assert {host: counted[FAILED] for host, counted in back.recap.items()} == dict.fromkeys(hosts, 0), (
        back.output
    )
    assert differences(before, example.see(hosts)) == {}
    assert example.versions(hosts[1::2]) == dict.fromkeys(hosts[1::2], "1.0.0")
    assert {tuple(example.acts(host, "twice")) for host in hosts} == {("deploy", "deploy", "backout")}


def test_each_bad_release_is_bad_in_its_own_way_and_can_be_taken_back(example: Example) -> None:
    given = {
        **dict.fromkeys(("web7", "web8"), "1.2.0"),
        **dict.fromkeys(("web1", "web2", "web4"), "1.3.0"),
        **dict.fromkeys(("web9", "web10"), "1.4.0"),
    }
    before = example.see(given)
    ran = example.deploy(given, "bad")
    deployed = time.monotonic()
    dying = {host: example.answer(host, "/health") for host in ("web9", "web10")}
    assert {host for host, counted in ran.recap.items() if counted[FAILED]} == {"web2"}, ran.output

    assert dying == dict.fromkeys(("web9", "web10"), (200, "ok"))
    assert example.versions(("web7", "web8")) == dict.fromkeys(("web7", "web8"), "1.2.0")
    assert {example.answer(host, "/health") for host in ("web7", "web8")} == {(500, "plums has no price")}
    assert "Let the release test itself" in ran.output.split("[web2]: FAILED!")[0].rpartition("TASK [")[2]
    assert example.lab.ssh("web2", "readlink /opt/shop/current").out == "/opt/shop/releases/1.3.0\n"
    assert example.versions(("web1", "web2", "web4")) == {"web1": "1.3.0", "web2": "1.0.0", "web4": "1.3.0"}

    while any(example.answer(host, "/health")[0] for host in dying):
        assert time.monotonic() < deployed + 25, "1.4.0 lives too long"
        time.sleep(0.2)
    assert {example.lab.ssh(host, "systemctl is-active shop").out for host in dying} == {"failed\n"}

    back = example.back_out(given, "bad")
    assert not any(counted[FAILED] for counted in back.recap.values()), back.output
    assert differences(before, example.see(given)) == {}
    older = [host for host in given if host in OLDER]
    assert example.versions(older) == dict.fromkeys(older, "1.0.0")


def stopping(playbook: Path, stops: Mapping[int, list[str]]) -> str:
    """The playbook, in which these hosts fail after that many tasks."""
    yaml = YAML(typ="safe", pure=True)
    (play,) = yaml.load(playbook.read_text())
    tasks: list[dict[str, Any]] = []
    for number in range(len(play["tasks"]) + 1):
        tasks += play["tasks"][number - 1 : number] if number else []
        stop = {
            "name": "Stop here",
            "ansible.builtin.fail": {},
            "when": f"inventory_hostname in {stops.get(number, [])}",
        }
        tasks.append(stop)
    return json.dumps([{**play, "tasks": tasks}])


@pytest.mark.parametrize("hosts", [FIRST, OLDER], ids=["first deployment", "upgrade"])
def test_taken_back_from_half_way_after_any_task(example: Example, hosts: tuple[str, ...]) -> None:
    """Six hosts, each in two rounds; after task 11 the service runs the new release already."""
    playbook = example.project / "playbooks/stopping.yml"
    for number, stops in enumerate((range(6), range(6, 12))):
        deployment = f"half-{hosts[0]}-{number}"
        by_task = {after: [host] for after, host in zip(stops, hosts, strict=True)}
        playbook.write_text(stopping(example.project / "playbooks/shop.yml", by_task))
        before = example.see(hosts)
        ran = example.deploy(dict.fromkeys(hosts, "1.1.0"), deployment, "playbooks/stopping.yml")
        assert {host: counted[FAILED] for host, counted in ran.recap.items()} == dict.fromkeys(hosts, 1), (
            ran.output
        )
        half_way = differences(before, example.see(hosts))
        # After no task, nothing differs; keeping what was here before is the first difference.
        assert set(half_way) == {host for after, (host,) in by_task.items() if after}
        back = example.back_out(hosts, deployment)
        assert {counted[FAILED] for counted in back.recap.values()} == {0}, back.output
        assert differences(before, example.see(hosts)) == {}


def test_a_run_that_was_lost_before_its_handler_is_made_good_by_the_next(example: Example) -> None:
    playbook = example.project / "playbooks/stopping.yml"
    playbook.write_text(stopping(example.project / "playbooks/shop.yml", {10: ["web6"]}))
    before = example.see(["web6"])
    example.deploy({"web6": "1.1.0"}, "lost", "playbooks/stopping.yml")
    assert example.versions(["web6"]) == {"web6": "1.0.0"}, "the service was restarted already"
    example.deploy({"web6": "1.1.0"}, "lost")
    assert example.versions(["web6"]) == {"web6": "1.1.0"}
    example.back_out(["web6"], "lost")
    assert differences(before, example.see(["web6"])) == {}


def test_what_others_made_of_the_shop_comes_back_too(example: Example) -> None:
    """Modes, owners, an own line in the configuration, a file in the release, a stopped and disabled service."""
    example.lab.ssh(
        "web12",
        'sudo sh -c \'chmod 0600 /etc/shop/shop.toml; echo "# ours" >> /etc/shop/shop.toml; chmod 0750 /etc/shop;'
        " chown daemon:daemon /opt/shop/releases/1.0.0/prices.json; ln -s shop.py /opt/shop/releases/1.0.0/link;"
        " usermod --comment ours --shell /bin/false shop; setfattr -n user.note -v kept /etc/shop 2>/dev/null;"
        " systemctl disable --now --quiet shop'",
    )
    before = example.see(["web12"])
    for version in ("1.0.0", "1.1.0"):
        ran = example.deploy({"web12": version}, f"ours-{version}")
        assert example.versions(["web12"]) == {"web12": version}, ran.output
        back = example.back_out(["web12"], f"ours-{version}")
        assert differences(before, example.see(["web12"])) == {}, back.output
    example.lab.ssh("web12", "sudo rm /opt/shop/releases/1.0.0/link")
    example.deploy({"web12": "1.0.0"}, "ours-no-more")


def test_a_later_deployment_has_to_be_taken_back_first(example: Example) -> None:
    before = example.see(["web11"])
    example.deploy({"web11": "1.0.0"}, "earlier")
    between = example.see(["web11"])
    example.deploy({"web11": "1.1.0"}, "later")
    refused = example.back_out(["web11"], "earlier")
    assert refused.recap["web11"][FAILED] == 1
    assert "later came after earlier: take that back first" in refused.output
    assert example.versions(["web11"]) == {"web11": "1.1.0"}
    example.back_out(["web11"], "later")
    assert differences(between, example.see(["web11"])) == {}
    example.back_out(["web11"], "earlier")
    assert differences(before, example.see(["web11"])) == {}
    again = example.back_out(["web11"], "earlier")
    assert again.recap["web11"][CHANGED:] == (0, 0)


def test_keeping_and_restoring_can_be_killed_at_any_moment(example: Example) -> None:
    before = example.see(["web10"])
    assert killed_again_and_again(example, "web10", "keep killed 1.1.0 killed.1") > 0
    assert killed_again_and_again(example, "web10", "restore killed killed.1") > 0
    assert differences(before, example.see(["web10"])) == {}
    assert killed_again_and_again(example, "web10", "keep killed 1.1.0 killed.1") > 0
    example.deploy({"web10": "1.1.0"}, "killed")
    assert example.versions(["web10"]) == {"web10": "1.1.0"}
    assert killed_again_and_again(example, "web10", "restore killed killed.1") > 0
    example.back_out(["web10"], "killed")
    assert differences(before, example.see(["web10"])) == {}


def killed_again_and_again(example: Example, host: str, act: str) -> int:
    """Run the act, killed a little later each time, until it ends by itself; how often it was killed."""
    program = (example.project / "playbooks/files/shop_before.py").read_text()
    for killed in range(200):
        limited = f"sudo timeout --signal=KILL {0.03 + killed * 0.02:.2f} python3 - {act}; exit $?"
        command = example.lab.ssh_command(host, [limited])
        ended = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
        if ended.returncode == 0:
            return killed
        assert ended.returncode == 137, ended.stdout + ended.stderr
    raise AssertionError("it never ended by itself")


def test_the_forgetful_backout_leaves_the_configuration(example: Example) -> None:
    hosts = ("web3", "web6")
    before = example.see(hosts)
    example.lab.ssh("web6", "sudo cp -a /etc/shop /root/shop-before")
    example.deploy(dict.fromkeys(hosts, "1.1.0"), "forgotten")
    back = example.back_out(hosts, "forgotten", "rollback/shop-forgetful.yml")
    assert {counted[FAILED] for counted in back.recap.values()} == {0}, back.output
    left = differences(before, example.see(hosts))
    assert left == {"web3": ["/etc/shop", "/etc/shop/shop.toml"], "web6": ["/etc/shop/shop.toml"]}
    example.lab.ssh("web3", "sudo rm -r /etc/shop")
    example.lab.ssh(
        "web6", "sudo rm -r /etc/shop; sudo mv /root/shop-before /etc/shop; sudo systemctl restart shop"
    )
    assert differences(before, example.see(hosts)) == {}


def test_the_oracle_sees_a_single_bit(example: Example) -> None:
    before = example.see(["web5"])
    for change, undo, seen in (
        ("chmod 0600 /etc/hostname", "chmod 0644 /etc/hostname", "/etc/hostname"),
        ("touch /opt/more", "rm /opt/more", "/opt/more"),
        ("useradd --system more", "userdel more", "/etc/passwd"),
    ):
        example.lab.ssh("web5", f"sudo {change}")
        assert seen in differences(before, example.see(["web5"]))["web5"]
        example.lab.ssh("web5", f"sudo {undo}")
    assert differences(before, example.see(["web5"])) == {}
