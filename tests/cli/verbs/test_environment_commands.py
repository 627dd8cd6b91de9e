"""`orch environment`, and what every other command says of an environment."""

import json
from pathlib import Path

import pytest

from orchestrator.adapters.files.environment_file import known_environments
from orchestrator.adapters.files.manual import environment as environment_manual
from orchestrator.cli.main import run
from orchestrator.errors import PlanFault
from tests.worlds.command_line import orch
from tests.worlds.environments import file
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree
from tests.worlds.project import write

LIVE = (
    "orch: 1\nenvironment: live\ntitle: Live\nclass: live\nowner: service owner\nmachines: [{host: web1}]\n"
)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    fleet = Fleet(plan_tree(), home=tmp_path / "home")
    fleet.authority.places = (file(),)
    return fleet


def deploy(fleet: Fleet, environment: str) -> int:
    fleet.tree["resources"]["environment"] = environment
    fleet.clock.sleep(60)
    return orch(fleet, ["deploy", "plan.yml", "--by", "ann"])


def newest(fleet: Fleet) -> str:
    return fleet.ports.journal.deployments()[0]


def test_the_class_stands_beside_the_name_everywhere(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(fleet, "live") == 0
    assert "app 2.0 to live (live)" in capsys.readouterr().out
    name = newest(fleet)
    for words in (["status", name], ["list"], ["record", "show", name]):
        assert orch(fleet, words) == 0
        assert "live (live)" in capsys.readouterr().out, words
    assert orch(fleet, ["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["environment_class"] == "live"
    assert orch(fleet, ["status", name, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["environment"], shown["environment_class"]) == ("live", "live")


def test_the_page_shows_the_class(fleet: Fleet, tmp_path: Path) -> None:
    assert deploy(fleet, "live") == 0
    page = tmp_path / "record.html"
    assert orch(fleet, ["record", "show", newest(fleet), "--html", str(page)]) == 0
    assert "to live (live)</h1>" in page.read_text("utf-8")


def test_an_unknown_environment_is_called_so(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy(fleet, "sandbox") == 0
    assert "to sandbox (an unknown environment)" in capsys.readouterr().out
    assert orch(fleet, ["status", newest(fleet)]) == 0
    assert "No file of environments/ knows sandbox" in capsys.readouterr().out
    assert orch(fleet, ["list"]) == 0
    assert "sandbox (an unknown environment)" in capsys.readouterr().out


def test_the_command_that_a_refusal_prints_works(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy(fleet, "live") == 0
    assert deploy(fleet, "test") == 4
    capsys.readouterr()
    assert orch(fleet, ["status", newest(fleet)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "orch environment release machine-of-h1 --reason WHY" in shown
    for host in ("machine-of-h1", "h2", "SHA256:machine-of-h3"):
        words = ["environment", "release", host, "--reason", "for tests now", "--by", "ann"]
        assert orch(fleet, words) == 0
        assert "is released from live.\nTell service owner, who answer for that." in capsys.readouterr().out
    assert deploy(fleet, "test") == 0


def test_what_nothing_binds_is_not_released(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet, ["environment", "release", "h1", "--reason", "x", "--by", "ann"]) == 4
    assert "nothing to release" in capsys.readouterr().err


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"
    write(folder, "environments/live.yml", LIVE)
    monkeypatch.chdir(folder)
    return folder


def test_list_show_and_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        project,
        "environments/whole.yml",
        environment_manual().read_text().replace("environment: live", "environment: emea"),
    )
    assert run(["environment", "list"]) == 0
    assert "emea\tlive\tservice owner" in capsys.readouterr().out
    assert run(["environment", "show", "emea"]) == 0
    shown = capsys.readouterr().out
    assert "emea (live): The shop as customers see it" in shown
    assert "year-end: The shop sells half of the year's plums." in shown
    assert "web*" in shown
    assert run(["environment", "show", "emea", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["class"] == "live"
    assert run(["environment", "check"]) == 0
    assert capsys.readouterr().out == "environments/whole.yml: ok, emea\nenvironments/live.yml: ok, live\n"


FAULTS = {
    "class: live": ("class: prod", "class: expected"),
    "owner: service owner\n": ("", "owner: expected"),
    "machines: [{host: web1}]": ("machines: [{}]", "host, address, host_key or machine_id"),
    "{host: web1}": ("{machine_id: abc}", "a machine-id (32 hexadecimal digits, small letters)"),
    "[{host: web1}]": ("[{host_key: abc}]", "the SHA-256 of a host key"),
    "host: web1": ("address: 192.0.2.1/24", "a network such as 192.0.2.0/24"),
    "title: Live": ("title: Live\ncolour: red", "colour: expected a known key"),
    "orch: 1": ("orch: 2", "orch: expected 1"),
    "web1}": ("web1}, {host: web1}", "each machine once"),
}


@pytest.mark.parametrize("was", FAULTS, ids=lambda was: FAULTS[was][0].replace("\n", " "))
def test_a_fault_has_its_place_and_its_next_move(
    project: Path, was: str, capsys: pytest.CaptureFixture[str]
) -> None:
    now, words = FAULTS[was]
    write(project, "environments/live.yml", LIVE.replace(was, now))
    assert run(["environment", "check"]) == 3
    shown = capsys.readouterr().err
    assert words in shown
    assert "environments/live.yml:" in shown
    assert "Traceback" not in shown
    with pytest.raises(PlanFault):
        known_environments(project, [])


def test_an_inventory_in_the_folder_is_told_to_move(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "environments/prod.yml", "all:\n  hosts:\n    web1: {}\n")
    write(project, "environments/prod/hosts.yml", "all: {}\n")
    assert run(["environment", "check"]) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert "environments/prod.yml:1: expected an environment" in line
    assert "move it, such as into inventories/ or into a folder below environments/" in line


def test_one_environment_has_one_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "environments/again.yaml", LIVE.replace("title: Live", "title: Another"))
    assert run(["environment", "check"]) == 3
    assert "one file for each name, found live in" in capsys.readouterr().err


def test_a_project_says_nothing_else_of_an_environment_of_the_house(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "home/environments/live.yml", LIVE)
    assert run(["environment", "check"]) == 0, "both say the same"
    assert [item.house for item in known_environments(project, [tmp_path / "home/environments"])] == [True]
    write(project, "environments/live.yml", LIVE.replace("class: live", "class: test"))
    capsys.readouterr()
    assert run(["environment", "check"]) == 3
    assert "remove it here; whoever keeps the house changes it there" in capsys.readouterr().err
