"""A deploy goes by the login of the visit before it; its end leaves none, and a backout logs in anew."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks, Given
from orchestrator.adapters.process import KeptLogins, sockets_of
from orchestrator.adapters.ssh import Logins, SshTargets
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import WARM, Runs, results
from tests.fleet.conftest import NewLab
from tests.fleet.lab_targets import targets_of
from tests.fleet.small_site import SmallSite
from tests.worlds.ansibles import CHOICE

HOST = "web5"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def kept() -> KeptLogins:
    return KeptLogins()


@pytest.fixture
def runs(tmp_path: Path, light_lab: Lab, kept: KeptLogins) -> Runs:
    project = tmp_path / "project"
    project.mkdir()
    task = {"name": "By which connection", "ansible.builtin.shell": "echo $SSH_CONNECTION >/tmp/by"}
    play = {"hosts": "web", "gather_facts": False, "tasks": [task]}
    (project / "site.yml").write_text(json.dumps([play]))
    runs = Runs(tmp_path, light_lab, project=project)
    runs.playbooks = AnsiblePlaybooks(
        tmp_path / "attempts", warm=WARM, choice=CHOICE, given=Given(kept), home=tmp_path
    )
    # Here and not after the visit: on a busy machine the import takes longer than an unused login stays.
    WARM.await_ready(str(project))
    return runs


def visit(lab: Lab, kept: KeptLogins) -> str:
    """Visit the host, and see by which connection: the port of this side."""
    [target] = [each for each in targets_of(lab) if each.host == HOST]
    staying = SshTargets(logins=Logins(kept=kept)).stay(hand_on=True)
    staying.identify([target])
    staying.close()
    place = f"{target.address}:22"
    path = kept.take([place])[place]
    [socket] = sockets_of(path)
    kept.keep(place, path)
    words = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "nowhere.invalid", "echo $SSH_CONNECTION"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[1]


SAYS = {"deploy": ":22 goes by the login of the visit before", "backout": ":22 logs in anew: no visit handed"}


@pytest.mark.parametrize(
    ("purpose", "isolation", "accelerate"),
    [
        ("deploy", "mount_namespace", None),
        pytest.param("deploy", "mount_namespace", "orch", marks=pytest.mark.slow),
        pytest.param("deploy", "none", None, marks=pytest.mark.slow),
        ("backout", "mount_namespace", None),
    ],
)
def test_a_deploy_goes_by_the_visits_login_and_a_backout_by_its_own(
    runs: Runs, kept: KeptLogins, purpose: str, isolation: str, accelerate: str | None
) -> None:
    port = visit(runs.lab, kept)
    address = next(str(host.address) for host in runs.lab.hosts if host.name == HOST)
    addresses = {HOST: f"{address}:22"}
    given = {"purpose": purpose, "isolation": isolation, "accelerate": accelerate}
    outcome = runs.run("site.yml", (HOST,), addresses=addresses, **given)
    assert results(outcome) == {HOST: "done"}
    gone_by = runs.lab.ssh(HOST, "cat /tmp/by").out.split()[1]
    log = runs.read(outcome.attempt, "worker.log")
    assert (gone_by == port) == (purpose == "deploy"), log
    assert SAYS[purpose] in log
    connected = runs.lab.ssh(HOST, "sudo ss -tnH sport = :22").out
    assert f":{port} " not in connected, "its end left the login"
    runs.playbooks.let_go()


WAITS = '    - {name: wait, ansible.builtin.shell: "touch /tmp/began; sleep 6"}\n'
ANOTHER_USER = ("setpriv", "--reuid=1", "--regid=1", "--clear-groups")


def waiting(lab: Lab, folder: Path) -> SmallSite:
    """A site whose deploy has a task that says that it began."""
    site = SmallSite(lab, folder, "ways", {})
    playbook = site.project / "playbooks/app.yml"
    playbook.write_text(f"{playbook.read_text()}{WAITS}")
    return site


def logins_of(pid: int, home: Path) -> dict[str, list[str]]:
    """Logins that outlive the program that made them: those that this driver `kept`, and those that its runs `made`."""
    titles = [words_of(path.parent) for path in Path("/proc").glob("[0-9]*/cmdline")]
    paths = [title.split()[1] for title in titles if title.startswith("ssh: /tmp/orch-") and "[mux]" in title]
    claims = [json.loads(file.read_text()) for file in home.glob("attempts/*/claim.json")]
    controls = tuple(f"{claim['control']}/" for claim in claims)
    return {
        "kept": [path for path in paths if path.startswith(f"/tmp/orch-ssh-{pid}-")],
        "made": [path for path in paths if path.startswith(controls)],
    }


def words_of(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def began(lab: Lab, driver: subprocess.Popen[str]) -> str:
    """The deployment, once its task has begun on the hosts; its run is in a mount namespace."""
    for line in driver.stdout or ():
        seen = json.loads(line)
        event = seen.get("event", {})
        if event.get("kind") == "attempt_intended":
            assert event["isolation"] == "mount_namespace"
            until(lambda: lab.ssh("web1", "test -e /tmp/began").code == 0)
            return str(seen["deployment"])
    raise AssertionError("it never began")


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.slow
def test_another_user_than_root_goes_by_them_too(new_lab: NewLab) -> None:
    """In a user namespace that knows one number: ssh is content with key, pinned keys and sockets of its own user."""
    lab = new_lab(2, light=True)
    with tempfile.TemporaryDirectory(prefix="orch-test-", dir="/tmp") as name:
        folder = Path(name)
        site = waiting(lab, folder)
        hosts, text = site.project / "inventories/hosts.yml", lab.inventory.read_text()
        for file in (lab.key, lab.known_hosts):
            shutil.copy(file, folder)
            text = text.replace(str(file), str(folder / file.name))
        hosts.write_text(text)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 1, 1)
        site.environment |= {"HOME": name, "USER": "daemon", "LOGNAME": "daemon", "PYTHONPATH": str(ROOT)}
        driver = subprocess.Popen(
            [*ANOTHER_USER, sys.executable, "-m", "orchestrator", "deploy", "plans/app.yml", "--json"],
            cwd=site.project,
            env=site.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        began(lab, driver)
        in_run = logins_of(driver.pid, folder / "orch")
        assert [len(in_run["kept"]), len(in_run["made"])] == [2, 0], in_run
        driver.communicate()
        assert driver.returncode == 0
        assert logins_of(driver.pid, folder / "orch") == {"kept": [], "made": []}


ENDS = {
    "abort": ("abort",),
    "driver killed": ("driver",),
    "driver and worker killed": ("driver", "worker"),
}


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
def test_whatever_ends_a_run_leaves_no_login(new_lab: NewLab, tmp_path: Path, end: str) -> None:
    lab = new_lab(2, light=True)
    site = waiting(lab, tmp_path)
    driver = site.driver()
    deployment = began(lab, driver)
    assert len(logins_of(driver.pid, tmp_path / "orch")["kept"]) == 2
    if "worker" in ENDS[end]:
        [claim] = (tmp_path / "orch/attempts").glob("*/claim.json")
        os.kill(json.loads(claim.read_text())["pid"], signal.SIGKILL)
    if "driver" in ENDS[end]:
        driver.send_signal(signal.SIGKILL)
    else:
        aborted = site.orch("abort", deployment, "--reason", "end of the test")
        assert aborted.returncode == 0, aborted.stderr
    driver.communicate()
    resumed = site.orch("resume", "--json")
    assert resumed.returncode in (0, 5, 8), resumed.stdout + resumed.stderr
    assert logins_of(driver.pid, tmp_path / "orch") == {"kept": [], "made": []}
