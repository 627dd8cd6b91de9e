"""`orch plan` on a real project, read by real Ansible: what is printed where, and the exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.worlds.project import PLAYBOOK, change, make, write


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make(tmp_path).relative_to(tmp_path)


class Screen:
    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def of(self, *arguments: str) -> tuple[int, list[str], list[str]]:
        """Exit code, lines of stdout, lines of stderr."""
        code = run(["plan", *arguments])
        captured = self._captured.readouterr()
        return code, captured.out.splitlines(), captured.err.splitlines()

    def json(self, *arguments: str) -> tuple[int, Any]:
        code = run(["plan", *arguments, "--json"])
        return code, json.loads(self._captured.readouterr().out)


@pytest.fixture
def orch(capsys: pytest.CaptureFixture[str]) -> Screen:
    return Screen(capsys)


def test_check_of_a_sound_plan(orch: Screen, plan: Path) -> None:
    change(plan, "99% of requests are answered in under 300 ms", "a better shop")
    assert orch.of("check", str(plan)) == (
        ExitCode.COMPLETED,
        [
            "warning: plans/shop.yml:12 objectives: expected outcomes in measurable terms, "
            "found no number in any of them; say how much, and by when",
            "plans/shop.yml: ok, 4 hosts in 3 waves, 1 warning",
        ],
        [],
    )


def test_check_of_a_plan_with_faults_of_form(orch: Screen, plan: Path) -> None:
    change(plan, "  version: 2.4.0\n  units", "  version: 1.10\n  units")
    change(plan, "soak", "soka")
    assert orch.of("check", str(plan)) == (
        ExitCode.PLAN_FAULT,
        [],
        [
            'plans/shop.yml:5 release.version: expected text, found the number 1.10; put it in quotes: "1.10"',
            "plans/shop.yml:18 strategy.gate.soka: expected a known key, found `soka`; did you mean `soak`?",
            "plans/shop.yml: 2 faults",
        ],
    )


def test_check_of_a_plan_that_lies_about_its_project(orch: Screen, plan: Path) -> None:
    change(plan, "25%", "rack_c")
    change(Path("rollback/shop.yml"), "hosts: web", "hosts: rack_b")
    write(
        Path(),
        "playbooks/shop.yml",
        PLAYBOOK + "    - name: ask\n      ansible.builtin.pause: {prompt: Go on?}\n",
    )
    code, out, err = orch.of("check", str(plan))
    assert (code, out) == (ExitCode.PLAN_FAULT, [])
    assert err[-1] == "plans/shop.yml: 3 faults"
    assert [line.partition(" ")[0].rpartition("/")[2] for line in err[:-1]] == [
        "shop.yml:7",
        "shop.yml:17",
        "shop.yml:30",
    ]
    assert "found `rack_c`; use one of: all, rack_b, ungrouped, web" in err[-3]
    assert "expected a play for each host, found none for web1, web3" in err[-2]


def test_check_of_a_playbook_with_a_syntax_error(orch: Screen, plan: Path) -> None:
    write(Path(), "playbooks/shop.yml", "- hosts: web\n  tasks:\n    - nosuchmodule: {}\n")
    code, _, err = orch.of("check", str(plan))
    assert code == ExitCode.PLAN_FAULT
    assert err[0].startswith(
        "plans/shop.yml:16 strategy.playbook: expected a playbook that Ansible can read, found "
    )
    assert "nosuchmodule" in err[0]


def test_check_decrypts_what_is_vaulted(orch: Screen, plan: Path) -> None:
    vaulted = "$ANSIBLE_VAULT;1.1;AES256\n" + "31" * 40 + "\n"
    write(Path(), "inventories/group_vars/web.yml", vaulted)
    code, _, err = orch.of("check", str(plan))
    assert code == ExitCode.PLAN_FAULT
    assert any("group_vars/web.yml" in line and "vault" in line for line in err)


def test_the_vault_password_file_may_lie_in_the_home_folder(
    orch: Screen, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    password = write(tmp_path, "home/.vault-password", "open sesame\n")
    secret = write(tmp_path, "inventories/group_vars/web.yml", "token: x\n")
    vault = Path(sys.executable).with_name("ansible-vault")
    subprocess.run(
        [vault, "encrypt", "--vault-password-file", password, secret], check=True, capture_output=True
    )
    change(plan, "inventory: inv", "vault_password_file: ~/.vault-password, inventory: inv")
    assert orch.of("check", str(plan))[0] == ExitCode.COMPLETED
    password.write_text("another word\n")
    assert orch.of("check", str(plan))[0] == ExitCode.PLAN_FAULT


@pytest.mark.parametrize("verb", ["check", "show"])
def test_a_plan_that_is_not_there(orch: Screen, tmp_path: Path, verb: str) -> None:
    code, out, err = orch.of(verb, str(tmp_path / "gone.yml"))
    assert (code, out) == (ExitCode.NOT_FOUND, [])
    assert err == [f"There is no release plan {tmp_path}/gone.yml; check the path."]


def test_the_project_is_found_from_any_folder(
    orch: Screen, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(plan).parent)
    assert orch.of("check", "shop.yml")[1] == ["shop.yml: ok, 4 hosts in 3 waves"]


def test_a_mistyped_path_does_not_move_the_project(orch: Screen, plan: Path) -> None:
    change(plan, "  playbook: playbooks/shop.yml", "  playbook: playbooks/shpo.yml")
    assert orch.of("check", str(plan))[2] == [
        "plans/shop.yml:16 strategy.playbook: expected a file of the project, found no playbooks/shpo.yml; "
        "correct the path",
        "plans/shop.yml: 1 fault",
    ]


def test_the_project_can_be_named(
    orch: Screen, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = plan.rename(elsewhere / "shop.yml")
    monkeypatch.chdir(elsewhere)
    project = write(tmp_path / "other", "playbooks/shop.yml", "").parents[1]
    assert orch.of("check", "shop.yml")[0] == ExitCode.COMPLETED
    assert orch.of("check", str(moved), "--project", str(project))[0] == ExitCode.PLAN_FAULT


def test_check_for_programs(orch: Screen, plan: Path) -> None:
    code, answer = orch.json("check", str(plan))
    assert (code, answer["ok"], answer["faults"], answer["warnings"]) == (ExitCode.COMPLETED, True, [], [])
    assert answer["hosts"] == ["web1", "web2", "web3", "web4"]
    assert [wave["hosts"] for wave in answer["waves"]] == [["web1"], ["web2"], ["web3", "web4"]]
    change(plan, "orch: 1", "orch: 3")
    code, answer = orch.json("check", str(plan))
    assert code == ExitCode.PLAN_FAULT
    assert answer == {
        "plan": "plans/shop.yml",
        "ok": False,
        "faults": [
            {
                "file": "plans/shop.yml",
                "line": 1,
                "path": "orch",
                "expected": "1",
                "found": "the number 3",
                "next_move": "write 1",
            }
        ],
        "warnings": [],
    }


SHOWN = """\
Release shop 2.4.0 to staging
  Purpose: Bring shop 2.4.0 to the web hosts of staging.
  Objectives
    99% of requests are answered in under 300 ms
  Release package
    Carries
      shop 2.4.0: dml/shop-2.4.0.tar.gz (sha256 DIGEST), on each host as /opt/shop/releases/2.4.0
  Before any host is touched
    starts at any time
    ungoverned: no release policy binds it
    approval by change manager
    1 digest verified in the media library
    verified on all 4 hosts
      space: 1 GiB free on /opt
    baseline of /opt/shop, shop.service, ports, users, system, packages
  Strategy: phased: 4 hosts in 3 waves
    deploy playbook playbooks/shop.yml
    the deployment stops as soon as one host is down
    wave 1 (1 host): web1
      the wave fails as soon as one host is down
      gate: 30 s of soak
    wave 2 (1 host): web2
      the wave fails as soon as one host is down
      gate: 30 s of soak
    wave 3 (2 hosts): web3, web4
      the wave fails as soon as one host is down
      gate: 30 s of soak
    verified on each host after its wave
      http http://{address}:8080/version
  Point of no return
    no window closes: every wave has time to be undone
    calculated from
      wave 1: deploy 1 h, verify 5 s, soak 30 s, back out 1 h
      wave 2: deploy 1 h, verify 5 s, soak 30 s, back out 1 h
      wave 3: deploy 1 h, verify 5 s, soak 30 s, back out 1 h
    times from the plan's time limits, for it was never measured
  Early life support: none
  If it fails
    backs out all hosts that were touched, newest wave first
    backout playbook rollback/shop.yml
    then the baseline is captured again: equal, or each difference is listed as residue
  Roles
    deployment manager: Ada Berg
    change manager: Li Wei
  Resources
    inventory inventories/staging
  Risks
    a host runs out of space (likelihood medium, impact medium): space is checked beforehand
  Communication
    service desk by mail: result"""


def test_show_says_what_will_happen(orch: Screen, plan: Path) -> None:
    digest = plan.read_text().partition("sha256: ")[2][:12]
    code, out, err = orch.of("show", str(plan))
    assert (code, err) == (ExitCode.COMPLETED, [])
    assert "\n".join(out) == SHOWN.replace("DIGEST", digest)


CLOSES = "window: {opens: 2099-01-01T22:00:00Z, closes: 2099-01-02T02:00:00Z}"


def test_show_reckons_from_the_start_that_is_asked_for(orch: Screen, plan: Path) -> None:
    change(plan, "schedule: {}", f"schedule: {{on_window_close: back out, {CLOSES}}}")
    code, out, err = orch.of(
        "show", str(plan), "--at", "2099-01-01T23:30 Europe/London", "--zone", "Europe/Berlin"
    )
    assert (code, err) == (ExitCode.COMPLETED, [])
    first = out.index("  Point of no return") + 1
    assert out[first : first + 8] == [
        "    calculated from a start at Fri 2099-01-02 00:30 CET",
        "    open until Fri 2099-01-02 03:00 CET; if that comes in the middle, everything that was deployed is backed out",
        "    good: deployed, verified and soaked; undone: failed at the end of that, taken back with all waves before it",
        "    wave    starts    good by   undone by  to spare             latest start",
        "    wave 1  00:30:00  01:30:35  02:30:35   29 min 25 s          00:59:25",
        "    wave 2  01:30:35  02:31:10  04:31:10   1 h 31 min TOO LATE  Thu 23:59:25",
        "    wave 3  02:31:10  03:31:45  06:31:45   3 h 31 min TOO LATE  Thu 22:59:25",
        "    could not be undone in time: wave 2, wave 3; no policy forbids their start",
    ]
    code, answer = orch.json("show", str(plan), "--at", "2099-01-01T23:30 Europe/London")
    assert [line["may_start"] for line in answer["point_of_no_return"]["lines"]] == [True, False, False]
    assert answer["point_of_no_return"]["binds"] is False


def test_show_of_a_moment_that_makes_no_sense(orch: Screen, plan: Path) -> None:
    for words in (
        ("--at", "2099-02-30T10:00Z"),
        ("--at", "2099-03-29T02:30 Europe/Berlin"),
        ("--zone", "Mars"),
    ):
        code, out, err = orch.of("show", str(plan), *words)
        assert (code, out) == (ExitCode.USAGE, []), words
        assert words[0] in err[0]


def test_show_says_a_big_bang_out_loud(orch: Screen, plan: Path) -> None:
    change(plan, "kind: phased", "kind: big-bang")
    change(plan, "  waves: [1, 25%, rest]\n", "")
    code, out, _ = orch.of("show", str(plan))
    assert code == ExitCode.COMPLETED
    assert "  Strategy: BIG-BANG: ALL 4 HOSTS AT ONCE" in out


def test_show_of_a_pilot_with_all_that_a_plan_can_say(orch: Screen, plan: Path) -> None:
    pilot = "{group: rack_b, objective: It holds., acceptance: [tcp: 8080], gate: {soak: 10m, confirm: service owner}}"
    change(plan, "kind: phased", f"kind: pilot\n  pilot: {pilot}\n  failure_limit: {{overall: 50%}}")
    change(plan, "[1, 25%, rest]", "[{rest: true, entry: [memory: 256MiB], failure_limit: 1}]")
    change(
        plan,
        "schedule: {}",
        "schedule: {window: {opens: 2099-01-01T22:00:00Z, closes: 2099-01-02T02:00:00Z}}",
    )
    kinds = "clock: 2s, python: '3.9', pending_reboot: false, other_deployment: false, unit: {name: shop, within: 5s}"
    change(plan, "environment: [", f"environment: [{kinds}, ")
    change(plan, "backout:\n", "backout:\n  on_failure: hold\n  scope: wave\n  allow: {noop: true}\n")
    code, out, err = orch.of("show", str(plan))
    assert (code, err) == (ExitCode.COMPLETED, [])
    for line in (
        "  Strategy: pilot: web2, web4 first, then 2 hosts in 1 wave",
        "    starts not before 2099-01-01T22:00:00+00:00, no wave after 2099-01-02T02:00:00+00:00",
        "    the deployment stops when more than 2 of 4 hosts are down (50%)",
        "    pilot (2 hosts): web2, web4",
        "      objective: It holds.",
        "        tcp 8080",
        "      gate: 10 min of soak, then confirmation by service owner",
        "        memory: 256 MiB available",
        "      the wave fails when more than 1 of 2 hosts are down",
        "      clock: no more than 2 s off",
        "      python 3.9 or newer",
        "      no reboot is pending",
        "      no other deployment is at work",
        "      unit shop (within 5 s)",
        "    holds for a person, who may back out the hosts of the failed wave",
        "    calculated from a start at Thu 2099-01-01 22:00 UTC, when it is open next",
        "    open until Fri 2099-01-02 02:00 UTC; if that comes in the middle, it holds for a person before the next wave",
        "    allowed: hosts on which nothing was done count as done",
    ):
        assert line in out


def test_show_for_programs(orch: Screen, plan: Path) -> None:
    code, answer = orch.json("show", str(plan))
    assert code == ExitCode.COMPLETED
    assert answer["strategy"] == "phased: 4 hosts in 3 waves"
    assert answer["sections"]["release"]["version"] == "2.4.0"


def test_show_of_a_plan_with_faults_says_them_instead(orch: Screen, plan: Path) -> None:
    change(plan, "rest]", "2%]")
    code, out, err = orch.of("show", str(plan))
    assert (code, out) == (ExitCode.PLAN_FAULT, [])
    assert "found 1 host in no wave: web4; add `rest` as the last wave" in err[0]


def test_schema(orch: Screen) -> None:
    code, out, _ = orch.of("schema")
    assert code == ExitCode.COMPLETED
    schema = json.loads("\n".join(out))
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["purpose"]["description"].startswith("Section 1, purpose and scope")
