"""The whole path on real hosts, driven by the command line as a person drives it, and judged from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.cases.example.variants import FORGETFUL, project, variant
from tests.fleet.conftest import NewLab
from tests.fleet.hostile_python import HEAL, INSTALL, PYTHON

ORACLE = Path(__file__).parents[1] / "cases" / "example" / "oracle.py"
HOSTS = ("web1", "web2", "web3")
ORCH = [sys.executable, "-m", "orchestrator"]
Seen = dict[str, str]


class Site:
    """Three hosts, the example's project, and `orch` with a store of its own."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.project = project(folder)
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"}
        self.plans = 0

    def plan(self, version: str, kind: str, **changes: Any) -> Path:
        """A variant of the example's plan over these hosts."""
        self.plans += 1
        path = self.project / "plans" / f"variant-{self.plans}.yml"
        changes.setdefault("hosts", ",".join(HOSTS))
        plan = self.project / "plans" / f"shop-{version}.yml"
        path.write_text(variant(plan, kind, inventory=self.lab.inventory, **changes))
        return path

    def orch(self, *words: str, expect: int) -> list[dict[str, Any]]:
        """Run `orch ... --json` to its end; its lines."""
        ended = subprocess.run(
            [*ORCH, *words, "--json"],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert ended.returncode == expect, (
            f"exit {ended.returncode}\n{ended.stdout[-3000:]}\n{ended.stderr[-2000:]}"
        )
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        events = [line["event"] for line in lines if "event" in line]
        # Whatever these playbooks do: they read nothing outside of what was approved.
        assert [
            e["outcome"]["opened"] for e in events if e["kind"] == "attempt_ended" if e["outcome"]["opened"]
        ] == []
        return lines

    def driver(self, plan: Path) -> subprocess.Popen[str]:
        """`orch deploy PLAN --json` as a process of its own, whose lines are to be read."""
        return subprocess.Popen(
            [*ORCH, "deploy", str(plan), "--json"],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def see(self) -> dict[str, Seen]:
        """What the oracle sees of each host."""
        with ThreadPoolExecutor(len(HOSTS)) as pool:
            return dict(zip(HOSTS, pool.map(self._seen, HOSTS), strict=True))

    def _seen(self, host: str) -> Seen:
        command = self.lab.ssh_command(host, ["sudo python3 -"])
        ended = subprocess.run(command, input=ORACLE.read_text(), capture_output=True, text=True, check=True)
        seen: Seen = json.loads(ended.stdout)
        return seen

    def acts(self, host: str, deployment: str) -> list[str]:
        """The lines of the host's act log that speak of a deployment."""
        log = self.lab.ssh(host, "sudo cat /var/log/orch-acts.log").out
        return [line for line in log.splitlines() if f"deployment={deployment} " in line]


@pytest.fixture(scope="module")
def site(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shop in version 1.0.0 on three hosts; taken back at the end, and the hosts then are as they were."""
    made = Site(lab, tmp_path_factory.mktemp("site"))
    bare = made.see()
    first = result(made.orch("deploy", str(made.plan("1.0.0", "big-bang")), expect=0))
    yield made
    made.orch("rollback", first["deployment"], "--reason", "end of the tests", expect=5)
    after = made.see()
    for host in HOSTS:
        assert differences(bare[host], after[host]) == []


def result(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The last line."""
    assert lines[-1]["kind"] == "result"
    return lines[-1]


def differences(before: Seen, after: Seen) -> list[str]:
    """What an oracle saw change."""
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def standings(line: dict[str, Any]) -> dict[str, str]:
    """Where each host stands, from a result."""
    return {host: stands["standing"] for host, stands in line["hosts"].items()}


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Until it holds. Fails when it does not in time."""
    for _ in range(int(seconds * 10)):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"nothing of the kind within {seconds} s")


@pytest.mark.slow
def test_an_upgrade_in_waves_and_its_rollback(site: Site) -> None:
    before = site.see()
    done = result(site.orch("deploy", str(site.plan("1.1.0", "phased")), expect=0))
    assert done["state"] == "completed"
    assert set(standings(done).values()) == {"verified"}
    assert all(differences(before[host], now) for host, now in site.see().items())
    back = result(site.orch("rollback", done["deployment"], "--reason", "rehearsal", expect=5))
    assert back["state"] == "backed out"
    assert all(differences(before[host], now) == [] for host, now in site.see().items())


@pytest.mark.parametrize(
    ("version", "kind", "touched"),
    [
        ("1.2.0", "pilot", {"web1"}),
        pytest.param("1.3.0", "big-bang", set(HOSTS), marks=pytest.mark.slow),
        pytest.param("1.4.0", "phased", {"web1"}, marks=pytest.mark.slow),
    ],
)
def test_a_bad_release_is_stopped_and_backed_out(
    site: Site, version: str, kind: str, touched: set[str]
) -> None:
    before = site.see()
    ended = result(site.orch("deploy", str(site.plan(version, kind)), expect=5))
    assert ended["state"] == "backed out"
    restored = {host for host, standing in standings(ended).items() if standing == "restored"}
    assert restored == touched
    assert all("in what was captured" not in sentence for sentence in ended["words"])
    assert {host for host in HOSTS if site.acts(host, ended["deployment"])} == touched
    assert all(differences(before[host], now) == [] for host, now in site.see().items())


@pytest.mark.slow
def test_a_forgetful_backout_ends_with_residue_that_names_the_file(site: Site) -> None:
    before = site.see()
    assert site.lab.ssh("web1", "sudo cp -a /etc/shop/shop.toml /root/kept").code == 0
    lines = site.orch("deploy", str(site.plan("1.2.0", "pilot", backout=FORGETFUL)), expect=6)
    assert result(lines)["state"] == "backed out with residue"
    compared = [
        line["event"] for line in lines if line.get("event", {}).get("kind") == "restoration_compared"
    ]
    assert {difference["name"] for difference in compared[-1]["differences"]} == {"/etc/shop/shop.toml"}
    assert differences(before["web1"], site.see()["web1"]) == ["/etc/shop/shop.toml"]
    put_right = (
        "sudo cp -a /root/kept /etc/shop/shop.toml && sudo rm /root/kept && sudo systemctl restart shop"
    )
    assert site.lab.ssh("web1", put_right).code == 0
    proved = result(
        site.orch("rollback", result(lines)["deployment"], "--reason", "put right by hand", expect=5)
    )
    assert proved["state"] == "backed out"
    assert differences(before["web1"], site.see()["web1"]) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_host_cut_off_in_a_wave_is_never_a_success(site: Site) -> None:
    before = site.see()
    driver = site.driver(site.plan("1.1.0", "phased"))
    try:
        lines = cut_when_wave_begins(site, driver, wave=1, host="web3")
    finally:
        site.lab.fault("web3", "heal")
    assert driver.wait() == 7
    ended = result(lines)
    assert ended["state"] == "backout failed"
    assert standings(ended) == {"web1": "restored", "web2": "restored", "web3": "backout_failed"}
    back = result(site.orch("rollback", ended["deployment"], "--reason", "the cable is back", expect=5))
    assert back["state"] == "backed out"
    assert all(differences(before[host], now) == [] for host, now in site.see().items())


def cut_when_wave_begins(
    site: Site, driver: subprocess.Popen[str], *, wave: int, host: str
) -> list[dict[str, Any]]:
    """Read the driver's lines to the end, and cut the host off once the wave's attempt works on it."""
    lines = []
    assert driver.stdout is not None
    for text in driver.stdout:
        lines.append(json.loads(text))
        event = lines[-1].get("event", {})
        if event.get("kind") == "attempt_intended" and event["wave"] == wave and event["purpose"] == "deploy":
            deployment = lines[-1]["deployment"]
            wait_for(lambda name=deployment: bool(site.acts(host, name)))  # type: ignore[misc]
            site.lab.fault(host, "cut")
    return lines


# Two deployments, a resume and two backouts: each run of an Ansible that cannot be imported ahead begins in the cold.
@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_killed_orchestrator_loses_nothing_and_repeats_nothing(site: Site) -> None:
    before = site.see()
    driver = site.driver(site.plan("1.1.0", "phased"))
    assert driver.stdout is not None
    for text in driver.stdout:
        line = json.loads(text)
        if line.get("event", {}).get("kind") == "attempt_intended":
            deployment = line["deployment"]
            wait_for(lambda name=deployment: bool(site.acts("web1", name)))  # type: ignore[misc]
            driver.send_signal(signal.SIGKILL)
            break
    driver.wait()
    lines = site.orch("resume", expect=0)
    assert result(lines)["state"] == "completed"
    assert "attempt_adopted" in [line.get("event", {}).get("kind") for line in lines]
    for host in HOSTS:
        assert len({line.split("attempt=")[1].split()[0] for line in site.acts(host, deployment)}) == 1
    site.orch("rollback", deployment, "--reason", "end of the test", expect=5)
    assert all(differences(before[host], now) == [] for host, now in site.see().items())


@pytest.fixture
def hostile_site(new_lab: NewLab, tmp_path: Path) -> Site:
    made = new_lab(len(HOSTS))
    subprocess.run(made.ssh_command("web3", [INSTALL]), input=PYTHON, text=True, check=True)
    return Site(made, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_host_that_answers_nonsense_is_unknown_and_the_others_are_restored(hostile_site: Site) -> None:
    site = hostile_site
    before = site.see()
    driver = site.driver(site.plan("1.0.0", "phased"))
    lines = []
    assert driver.stdout is not None
    for text in driver.stdout:
        lines.append(json.loads(text))
        event = lines[-1].get("event", {})
        if event.get("kind") == "attempt_intended" and event["wave"] == 1 and event["purpose"] == "deploy":
            assert site.lab.ssh("web3", "touch /tmp/hostile").code == 0
    assert driver.wait() == 7
    ended = result(lines)
    assert standings(ended) == {"web1": "restored", "web2": "restored", "web3": "backout_failed"}
    assert "makes no sense: identity" in json.dumps(lines)
    assert site.lab.ssh("web3", HEAL).code == 0
    back = result(site.orch("rollback", ended["deployment"], "--reason", "it answers again", expect=5))
    assert standings(back)["web3"] == "restored"
    after = site.see()
    assert [differences(before[host], after[host]) for host in HOSTS] == [[], [], []]
