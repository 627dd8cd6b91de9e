"""`orch settings` and `orch doctor`: what they print, and with which exit code they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestrator.bootstrap.doctor import all_at_once, examined, lacks_what_every_deployment_needs
from orchestrator.bootstrap.doctor.finding import NEEDED_SUBJECTS, SUBJECTS, Finding, Lack
from orchestrator.bootstrap.doctor.machine import LabSeen, containers, lab, locale
from orchestrator.cli.main import run
from orchestrator.cli.views.doctor_view import MEANINGS, TITLES, as_json, row_of
from orchestrator.errors import ExitCode


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which we are, with nothing of orch in it or around it."""
    for name in ("ORCH_HOME", "ORCH_ANSIBLE", "ORCH_SETTINGS", "ORCH_STORE_URL", "ORCH_KEY", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return tmp_path


def printed_json(capsys: pytest.CaptureFixture[str], words: str, code: int = 0) -> dict[str, Any]:
    assert run([*words.split(), "--json"]) == code
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def finding(answer: dict[str, Any], subject: str) -> dict[str, Any]:
    [it] = [each for each in answer["findings"] if each["subject"] == subject]
    assert isinstance(it, dict)
    return it


def test_show_says_where_each_setting_came_from(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "orch.toml").write_text('home = "kept"\n')
    monkeypatch.setenv("ORCH_STORE_URL", "postgresql://orch:hidden@db.test/orch")
    shown = printed_json(capsys, "settings show --ansible /opt/a")
    assert shown["ansible"] == {"value": "/opt/a", "origin": "option", "place": "--ansible"}
    assert shown["home"] == {"value": f"{project}/kept", "origin": "file", "place": f"{project}/orch.toml:1"}
    assert shown["store"]["value"] == "postgresql://orch@db.test/orch"
    assert shown["disk_reserve"] == {"value": None, "origin": "default", "place": ""}
    assert run(["settings", "show"]) == 0
    printed = capsys.readouterr()
    assert f"home\t{project}/kept\t{project}/orch.toml:1" in printed.out
    assert "hidden" not in printed.out + printed.err


def test_check_tells_every_fault_and_asks_the_ansible(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["settings", "check"]) == ExitCode.NOT_FOUND
    (project / "orch.toml").write_text("home = 5\nansibel = 'x'\n")
    assert run(["settings", "check"]) == ExitCode.PLAN_FAULT
    printed = capsys.readouterr().err
    assert "orch.toml:1 home: expected text" in printed
    assert "orch.toml:2 ansibel: expected a known key" in printed
    (project / "orch.toml").write_text("\nansible = '.venv'\n")
    answer = printed_json(capsys, "settings check", ExitCode.PLAN_FAULT)
    [fault] = answer["faults"]
    assert (fault["line"], fault["path"]) == (2, "ansible")
    assert "found nothing there" in fault["found"]
    (project / "orch.toml").write_text("")
    assert run(["settings", "check"]) == 0


def test_doctor_looks_at_every_subject_and_makes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = printed_json(capsys, "doctor")
    assert [each["subject"] for each in answer["findings"]] == list(SUBJECTS)
    assert answer["ok"] is True
    assert finding(answer, "ansible")["state"] == "ok"
    assert sorted(path.name for path in project.iterdir()) == [".git"]


NO_DATABASE = "no database, and long enough to be read as one" * 9
NEEDED = {
    "a faulty orch.toml": ("orch.toml", "home = 5", "settings", "settings_faulty"),
    "an Ansible that is not there": ("orch.toml", 'ansible = "nope"', "ansible", "ansible_unusable"),
    "a store that is none": (
        "kept/journal.sqlite",
        NO_DATABASE,
        "store",
        "store_unusable",
    ),
}


@pytest.mark.parametrize(("name", "text", "subject", "lack"), NEEDED.values(), ids=NEEDED)
def test_what_every_deployment_needs_decides_the_exit_code(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    subject: str,
    lack: str,
) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text(text)
    if "/" in name:
        monkeypatch.setenv("ORCH_HOME", str(project / "kept"))
    answer = printed_json(capsys, "doctor", ExitCode.MACHINE_LACKS)
    seen = finding(answer, subject)
    assert (seen["state"], seen["lack"], seen["needed"], answer["ok"]) == ("missing", lack, True, False)
    assert seen["meaning"]


def test_a_home_that_others_can_read_is_a_warning_with_its_command(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "my home").mkdir(mode=0o755)
    monkeypatch.setenv("ORCH_HOME", str(project / "my home"))
    seen = finding(printed_json(capsys, "doctor"), "home")
    assert (seen["state"], seen["command"]) == ("warning", f'chmod go= "{project}/my home"')


def test_without_programs_the_lacks_are_told_and_ssh_is_needed(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    answer = printed_json(capsys, "doctor", ExitCode.MACHINE_LACKS)
    lacks = {each["lack"] for each in answer["findings"]}
    assert {
        "openssh_missing",
        "git_missing",
        "containers_missing",
        "agent_absent",
        "timer_missing",
        "clock_unknown",
    } <= lacks


# podman 4.3, of whose map of accounts each case has its own.
PODMAN = """\
#!/bin/sh
case "$1" in
  --version) echo podman version 4.3.1 ;;
  info) echo '{0}' ;;
esac
"""
OWN = '{"container_id":0,"host_id":1003,"size":1}'
MAPS = [
    (f'{{"gidmap":[{OWN}],"uidmap":[{OWN}]}}', "containers_numberless"),
    (f'{{"uidmap":[{OWN},{{"container_id":1,"host_id":100000,"size":65536}}]}}', None),
    ('{"gidmap":null,"uidmap":null}', None),
    ("no JSON", None),
]


@pytest.mark.parametrize(("mapped", "lack"), MAPS)
def test_an_account_without_numbers_for_containers_is_told_how_it_gets_them(
    project: Path, monkeypatch: pytest.MonkeyPatch, mapped: str, lack: str | None
) -> None:
    program = project / "podman"
    program.write_text(PODMAN.format(mapped))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(project))
    [seen] = containers()
    assert (seen.value, seen.lack) == ("podman 4.3.1", lack)
    assert seen.state == ("ok" if lack is None else "warning")
    assert ("--add-subuids" in row_of(seen)[3]) is (lack is not None)


ABSENT = f"localhost/absent@sha256:{'0' * 64}"


def test_an_image_that_no_engine_has_is_needed_once_it_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding(printed_json(capsys, "doctor"), "execution_environment")["state"] == "ok"
    (project / "orch.toml").write_text(f'execution_environment = "{ABSENT}"\n')
    shown = printed_json(capsys, "settings show")["execution_environment"]
    assert shown == {"value": ABSENT, "origin": "file", "place": f"{project}/orch.toml:1"}
    seen = finding(printed_json(capsys, "doctor", ExitCode.MACHINE_LACKS), "execution_environment")
    assert (seen["state"], seen["lack"], seen["needed"]) == ("missing", "image_unusable", True)
    assert ABSENT in seen["meaning"]
    [fault] = printed_json(capsys, "settings check", ExitCode.PLAN_FAULT)["faults"]
    assert (fault["line"], fault["path"]) == (1, "execution_environment")


OPEN = [
    ({"ORCH_OPEN_RUNS": "1"}, "isolation_unwanted"),
    ({"ORCH_HOME": str(Path.home())}, "isolation_home_in_use"),
]


@pytest.mark.parametrize(("environ", "lack"), OPEN)
def test_what_keeps_runs_from_being_shut_off_is_a_warning(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    lack: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert run(["doctor", "--json"]) in (0, ExitCode.MACHINE_LACKS)
    seen = finding(json.loads(capsys.readouterr().out), "isolation")
    assert (seen["state"], seen["lack"], seen["needed"]) == ("warning", lack, False)
    assert seen["command"]


def test_every_subject_has_a_title_and_every_lack_a_meaning() -> None:
    assert TITLES.keys() == set(SUBJECTS)
    assert MEANINGS.keys() == set(get_args(Lack))
    assert set(SUBJECTS) > NEEDED_SUBJECTS


def test_a_look_that_hangs_is_named_and_not_waited_for() -> None:
    import threading

    never = threading.Event()

    def hangs() -> tuple[Finding, ...]:
        never.wait(60)
        return ()

    findings = list(all_at_once({("git",): lambda: [Finding("git", "ok", "2")], ("store",): hangs}, 0.2))
    never.set()
    assert findings == [Finding("git", "ok", "2"), Finding("store", "missing", lack="no_answer")]
    assert lacks_what_every_deployment_needs(findings)


def test_a_defect_of_a_look_is_not_swallowed() -> None:
    def breaks() -> tuple[Finding, ...]:
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        list(all_at_once({("git",): breaks}, 5.0))


def test_what_was_found_cannot_steer_a_terminal() -> None:
    odd = Finding("house", "missing", "\x1b[2Jx", "house_unusable", "\x1b]0;y\x07")
    assert "\x1b" not in "".join(row_of(odd))
    assert json.dumps(as_json(odd)).isascii()


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({"LANG": "C"}, "warning"),
        ({"LANG": "de_DE.utf8"}, "ok"),
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, "warning"),
        ({}, "warning"),
    ],
)
def test_the_locale(environ: dict[str, str], state: str) -> None:
    assert locale(environ).state == state


def test_the_lab_says_what_it_lacks() -> None:
    [lacking] = lab(lambda: LabSeen(["Lab hosts need root."], has_base=True))
    assert (lacking.state, lacking.detail) == ("missing", "Lab hosts need root.")
    [there] = lab(lambda: LabSeen([], has_base=False))
    assert there.value.endswith("is built by the first orch lab up")


def test_a_named_ansible_is_told_with_who_named_it(project: Path) -> None:
    seen = examined(
        {"ORCH_ANSIBLE": "/nowhere"}, None, lambda: LabSeen([], has_base=True), project / "house.yml"
    )
    [ansible] = [each for each in seen if each.subject == "ansible"]
    assert ansible.detail.startswith("ORCH_ANSIBLE: /nowhere cannot be used")
