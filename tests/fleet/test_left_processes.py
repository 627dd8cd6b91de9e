"""Tasks that leave processes behind, on real hosts: nobody says "restored" while one lives, and a success names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import ACCELERATED
from tests.fleet.small_site import Ended, SmallSite, alive, ended_of

slow = pytest.mark.slow
WAYS = [
    "session",
    *(pytest.param(way, marks=slow) for way in ("background", "forked", "scope", "job", "handler")),
]


USUAL = {
    "HOSTS": "web1",
    "WAY": "",
    "BACK": "",
    "BAD_ON": "none",
    "LIMIT": "0",
    "ACCELERATE": "",
    "LEAVES": "",
}


def site(lab: Lab, folder: Path, **places: str) -> SmallSite:
    return SmallSite(lab, folder, "left_processes", {**USUAL, **places})


def deployed(lab: Lab, folder: Path, **places: str) -> Ended:
    return site(lab, folder, **places).deployed()


@pytest.fixture(autouse=True)
def _as_it_was(lab: Lab) -> Iterator[None]:
    yield
    for host in ("web1", "web2"):
        lab.ssh(host, "sudo pkill -f [l]ater; sudo pkill -x sleep; sudo rm -f /etc/app.conf")


@pytest.mark.parametrize("way", WAYS)
def test_what_a_failed_deployment_left_is_ended_before_its_backout_is_proved(
    lab: Lab, tmp_path: Path, way: str
) -> None:
    ended = deployed(lab, tmp_path, WAY=way, BAD_ON="web1")
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    before, seen = ended.events["processes_left"]
    assert before["left"]["web1"], "the first comparison of the backout ends nothing"
    assert not seen["left"]
    processes = seen["ended"]["web1"]
    assert {process["run"].rpartition(".")[2] for process in processes} == {"1-deploy"}
    assert not any(alive(lab, "web1", process["pid"]) for process in processes)
    assert lab.ssh("web1", "test -e /etc/app.conf").code == 1


@slow
@pytest.mark.parametrize("way", ["cleared", "user"])
def test_a_process_with_another_environment_is_known_by_its_login(lab: Lab, tmp_path: Path, way: str) -> None:
    ended = deployed(lab, tmp_path, WAY=way, BAD_ON="web1")
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    *_, seen = ended.events["processes_left"]
    processes = [p for p in seen["ended"]["web1"] if p["program"] in ("sh", "sleep")]
    assert processes
    assert not processes[0]["marked"]


@pytest.mark.parametrize("accelerate", ACCELERATED)
def test_an_accelerated_run_leaves_nothing_unseen(lab: Lab, tmp_path: Path, accelerate: str) -> None:
    ended = deployed(lab, tmp_path, WAY="session", BAD_ON="web1", ACCELERATE=f"\n  accelerate: {accelerate}")
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    assert ended.events["processes_left"][-1]["ended"]["web1"]


@slow
def test_a_success_that_leaves_a_process_names_it_everywhere(lab: Lab, tmp_path: Path) -> None:
    made = site(lab, tmp_path, WAY="session")
    ended = made.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed")
    process = ended.events["processes_left"][0]["left"]["web1"][0]
    name = f"{process['pid']} ({process['program']})"
    deployment = ended.result["deployment"]
    assert alive(lab, "web1", process["pid"])
    assert name in made.orch("record", "show", deployment).stdout
    assert name in made.orch("status", deployment).stdout
    page = tmp_path / "record.html"
    made.orch("record", "show", deployment, "--html", str(page))
    assert name in page.read_text()
    back = ended_of(made.orch("rollback", deployment, "--reason", "seen enough", "--json"))
    assert back.code == 5, back.result
    assert process["pid"] in [each["pid"] for each in back.events["processes_left"][-1]["ended"]["web1"]]
    assert not alive(lab, "web1", process["pid"])


@slow
@pytest.mark.timeout(200)
def test_what_a_backout_leaves_is_awaited_or_declared_or_not_restored(lab: Lab, tmp_path: Path) -> None:
    for name, places, code in (
        ("short", {"BACK": "short"}, 5),
        ("declared", {"BACK": "daemon", "LEAVES": "\n  leaves_running: [sleep]"}, 5),
        ("undeclared", {"BACK": "daemon"}, 7),
    ):
        (tmp_path / name).mkdir()
        ended = deployed(lab, tmp_path / name, BAD_ON="web1", **places)
        assert ended.code == code, name
        left = [
            process
            for each in ended.events.get("processes_left", [])
            for process in each["left"].get("web1", [])
        ]
        assert bool(left) == (name != "short")
        assert all(alive(lab, "web1", process["pid"]) for process in left)
        if name == "undeclared":
            assert "leaves_running" in ended.result["hosts"]["web1"]["reason"]
        lab.ssh("web1", "sudo pkill -x sleep")


@slow
def test_a_host_that_failed_within_the_limit_is_looked_at_before_the_end(lab: Lab, tmp_path: Path) -> None:
    ended = deployed(lab, tmp_path, HOSTS="web1:web2", WAY="session", BAD_ON="web2", LIMIT="1")
    assert (ended.code, ended.result["state"]) == (1, "completed with exceptions")
    looks = ended.events["processes_left"]
    assert [look["hosts"] for look in looks] == [["web1"], ["web2"]]
    assert all(look["left"] for look in looks)
