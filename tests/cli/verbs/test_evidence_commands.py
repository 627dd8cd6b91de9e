"""`orch evidence`: what it shows of deployments that the engine made, in each form, and the commands that it prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.cli.main import run
from orchestrator.engine.lookup.clause_cases import case_of
from orchestrator.policy.clauses.evidence_of import findings_of
from tests.fakes.playbooks import Script
from tests.journals.corpus import NAMES, recorded
from tests.worlds import command_line, walks
from tests.worlds.clause_maps import OWN
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.plans import plan_tree
from tests.worlds.printed import commands_in, filled, refusal_of
from tests.worlds.walks import Scene, driven_here, kept_in

Run = Callable[..., tuple[int, str, str]]
FILL = {
    "WHY": "looked at",
    "WHAT": "watch the queue",
    "ANSWER": "seen",
    "NAME": "Bo",
    "TIME": "2d",
    "VALUE": "3",
    "PLAN": "plan.yml",
    "ENVIRONMENT": "staging",
}
HOSTILE = "\x1b[31m<script>alert(1)</script>\u202e=cmd()" + "x" * 2000


def fleet_of(*, fails: bool = False, **release: Any) -> Fleet:
    tree = plan_tree()
    tree["release"] = {**tree["release"], "service": "shop", **release}
    fleet = Fleet(tree)
    fleet.rule(approvals={"before": []}, review={"within": "3d"})
    if fails:
        hosts = [target.host for target in fleet.hosts]
        fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(hosts, "not_done")))
    return fleet


@pytest.fixture
def caller(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def of(fleet: Fleet) -> Run:
        def call(*words: Any) -> tuple[int, str, str]:
            capsys.readouterr()
            code = command_line.orch(fleet, [str(word) for word in words])
            captured = capsys.readouterr()
            return code, captured.out, captured.err

        return call

    return of


def test_a_deployment_is_shown_clause_by_clause(caller: Any) -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    code, shown, _ = caller(fleet)("evidence", "show", d.id)
    assert code == 0
    assert "It does not say that a clause is met" in shown
    assert "8.5.3 (baseline) Baseline before deployment: evidence held" in shown
    assert "Baseline before deployment: evidence held (event " in shown
    assert "8.5.1.3 (review) Review of changes: gap" in shown
    assert f"What to do now: orch pir open {d.id}" in shown
    assert "Nothing closes it for this one. Next time: Fill in `release.rfcs`" in shown
    assert "People judge: " in shown


def test_every_command_of_a_gap_works_and_the_gap_is_closed(caller: Any) -> None:
    fleet = fleet_of(fails=True)
    d = fleet.deploy()
    orch = caller(fleet)
    seen: list[str] = []
    for _ in range(40):
        _, shown, _ = orch("evidence", "gaps", d.id, "--map", "all", "--json")
        gaps = [json.loads(line) for line in shown.splitlines()]
        commands = [gap["command"] for gap in gaps if gap["command"] and gap["code"] != "record_sealed"]
        if not commands:
            break
        words = filled(commands[0], FILL)
        assert refusal_of(fleet, words) == "", commands[0]
        assert commands[0] not in seen[-1:], "it did not close the gap"
        seen.append(commands[0])
    assert seen[0].split()[1:3] == ["pir", "open"]
    verbs = {" ".join(word.split()[1:3]) for word in seen}
    assert {"pir open", "pir answer", "pir action", "pir close", "actions done", "record archive"} <= verbs
    states = {finding["code"]: finding["state"] for finding in _findings(orch, d.id)}
    for code in (
        "unsuccessful_investigated",
        "review_held",
        "incidents_considered",
        "customer_asked",
        "actions_done",
    ):
        assert states[code] == "held"


def _findings(orch: Run, name: str) -> list[dict[str, Any]]:
    _, shown, _ = orch("evidence", "show", name, "--map", "all", "--json")
    answer = json.loads(shown)
    assert answer["kind"] == "evidence"
    return [each for of in answer["maps"] for clause in of["clauses"] for each in clause["evidence"]]


def test_what_is_said_for_next_time_can_be_run(caller: Any) -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    _, shown, _ = caller(fleet)("evidence", "gaps", d.id, "--map", "all")
    lines = [line for line in shown.splitlines() if "Next time:" in line]
    named = {command for line in lines for command in commands_in(line)}
    assert {"orch schedule add PLAN --at TIME", "orch policy list", "orch model list"} <= named
    assert refusal_of(fleet, filled("orch schedule add PLAN --at TIME", {**FILL, "TIME": "in 1h"})) == ""


def test_a_period_counts_and_names_those_that_lack_it(caller: Any) -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    fleet.clock.jump(60)
    code, shown, _ = caller(fleet)("evidence", "period")
    assert code == 0
    assert "On record in this time: 1 deployment" in shown
    assert "Baseline before deployment: 1 of 1 hold it" in shown
    assert "Review held: 0 of 1 hold it" in shown
    assert f"lacking: {d.id}" in shown
    assert "Failure investigated: no case" in shown
    _, text, _ = caller(fleet)("evidence", "period", "--json", "--map", "dora-2024-1774")
    answer = json.loads(text)
    assert (answer["kind"], [each["deployment"] for each in answer["deployments"]]) == (
        "evidence_period",
        [d.id],
    )
    _, text, _ = caller(fleet)("evidence", "period", "--service", "other", "--json")
    assert json.loads(text)["deployments"] == []


def test_an_empty_period_holds_nothing(caller: Any) -> None:
    code, shown, _ = caller(fleet_of())("evidence", "period")
    assert code == 0
    assert "On record in this time: 0 deployments" in shown
    assert "evidence held" not in shown
    assert "No deployment ended in this period: there is nothing to measure." in shown
    code, shown, _ = caller(fleet_of())("evidence", "gaps")
    assert "the period as a whole" in shown
    code, _, error = caller(fleet_of())("evidence", "show")
    assert code == 11
    assert "orch deploy PLAN" in error


def test_pages_hold_hostile_text_as_text(caller: Any, tmp_path: Path) -> None:
    fleet = fleet_of(service=HOSTILE, cis=[HOSTILE])
    d = fleet.deploy()
    fleet.clock.jump(60)
    orch = caller(fleet)
    for words in (("show", d.id), ("period",)):
        page = tmp_path / "page.html"
        code, _, error = orch("evidence", *words, "--map", "all", "--html", page)
        assert code == 0, error
        text = page.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert page.stat().st_mode & 0o777 == 0o600
    for words in (("show", d.id), ("gaps", d.id), ("period",)):
        _, shown, _ = orch("evidence", *words)
        assert all(line.isprintable() and len(line) < 2000 for line in shown.splitlines())
    _, shown, _ = orch("evidence", "show", d.id, "--json")
    assert all(
        len(text) <= 200
        for finding in json.loads(shown)["maps"][0]["clauses"][0]["evidence"]
        for text in finding["details"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_at_the_end_of_a_journal_works_there(name: str) -> None:
    records = driven_here(recorded(name))

    def fleet_at_the_end() -> Fleet:
        fleet = shop_fleet(None)
        kept_in(fleet, records)
        return fleet

    fleet = fleet_at_the_end()
    case = case_of(fleet.ports, fleet.now(records[0].deployment))
    commands = {each.command for each in findings_of(case).values() if each.command}
    assert commands
    for command in commands:
        if not command.startswith("orch rollback"):  # its baselines are in no store
            assert refusal_of(fleet_at_the_end(), filled(command, FILL)) == "", command


def test_a_record_has_it_in_short(caller: Any, tmp_path: Path) -> None:
    fleet = fleet_of(service=HOSTILE)
    d = fleet.deploy()
    code, _, error = caller(fleet)("record", "show", d.id, "--html", tmp_path / "r.html")
    assert code == 0, error
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    short = page[page.index('<h2 id="clauses">') : page.index('<h2 id="plan">')]
    assert "8.5.3 (baseline) Baseline before deployment" in short
    assert "Request for change named" in short
    assert "<script>alert" not in page


def test_maps_are_listed_and_those_of_the_project_too(caller: Any, tmp_path: Path) -> None:
    orch = caller(fleet_of())
    code, shown, _ = orch("evidence", "maps")
    assert code == 0
    assert "iso20000-2018@1\t15\t" in shown
    (tmp_path / "clauses").mkdir(mode=0o755)
    file = tmp_path / "clauses" / "bank.yml"
    file.write_text(OWN)
    file.chmod(0o644)
    _, shown, _ = orch("evidence", "maps", "--json")
    assert {each["map"] for each in json.loads(shown)} >= {"bank", "iso27001-2022"}
    file.write_text(OWN.replace("approval_by_role", "approval_by_rule"))
    code, _, error = orch("evidence", "maps")
    assert code == 3
    assert "bank.yml:11 clauses[0].evidence[0]" in error


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "--map", "nope"), 11, "There is no map of clauses nope"),
        (("show", "--json", "--html", "x.html"), 2, "--json is for standard output"),
        (("gaps", "app", "--service", "shop"), 2, "give one or the other"),
        (("period", "--from", "yesterdy"), 2, "--from"),
        (("export", "-o", "x"), 2, "--sample NUMBER, or --pick"),
        (("export", "-o", "x", "--sample", "1", "--pick", "a"), 2, "--sample NUMBER, or --pick"),
        (("export", "-o", "x", "--pick", "a", "--seed", "s"), 2, "with --pick nothing is drawn"),
        (("export", "-o", "x", "--pick", "strange"), 2, "found strange"),
        (("export", "-o", "x", "--sample", "1", "--seed", "a\nb"), 2, "--seed"),
        (("export", "-o", "x", "--sample", "1"), 13, "orch record verify"),
        (("verify", "nowhere"), 11, "There is no nowhere"),
    ],
)
def test_what_makes_no_sense_is_said(caller: Any, words: tuple[str, ...], code: int, says: str) -> None:
    fleet = fleet_of()
    fleet.deploy()
    fleet.clock.jump(60)
    ended, _, error = caller(fleet)("evidence", *words)
    assert (ended, says in error) == (code, True), error


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scene:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "li.pem"))
    monkeypatch.chdir(tmp_path)
    run(["keys", "new", "--file", "li.pem", "--no-passphrase"])
    return Scene(tmp_path, capsys, SigningKey.from_pem((tmp_path / "li.pem").read_bytes()))


@pytest.mark.parametrize(
    ("walk", "begins", "code"),
    [
        (walks.to_be_signed_off, "orch sign-off", "result_accepted"),
        (walks.to_be_reviewed, "orch review", "emergency_reviewed"),
        (walks.residue, "orch rollback", "restoration_proved"),
        (walks.a_result_that_is_owed, "orch change deliver", "change_ticket_told"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_gap_is_closed_by_what_is_printed_there(
    walk: Callable[[Scene], str], begins: str, code: str, scene: Scene
) -> None:
    walk(scene)
    name = scene.newest()
    shown = scene.orch("evidence", "gaps", name, "--map", "all")
    command = next(each for each in commands_in(shown) if each.startswith(begins))
    assert refusal_of(scene.fleet, filled(command, FILL)) == ""
    if code != "restoration_proved":
        left = [
            json.loads(line)["code"]
            for line in scene.orch("evidence", "gaps", name, "--map", "all", "--json").splitlines()
        ]
        assert code not in left


def test_objectives_lead_from_overdue_to_a_decision(caller: Any) -> None:
    calls = {"by_hand": {"unit": "calls", "role": "service owner"}, "expected": "<= 5", "due": "7d"}
    answers = {"objective": "It answers.", "check": {"tcp": 8080}, "due": "1h"}
    tree = plan_tree()
    tree["objectives"] = [answers, {"objective": "Few calls.", **calls}]
    fleet = Fleet(tree)
    d = fleet.deploy()
    orch = caller(fleet)

    def command() -> str:
        findings = {each["code"]: each for each in _findings(orch, d.id)}
        return str(findings["objectives_measured"]["command"])

    assert command() == ""
    fleet.clock.jump(8 * 86400)
    for option, value in (("--measure", "3"), ("--record", "9"), ("--accept", "9")):
        assert option in command()
        assert refusal_of(fleet, filled(command(), {**FILL, "VALUE": value})) == ""
    assert command() == ""


def test_owed_messages_are_sent_as_it_says(caller: Any) -> None:
    notify = {"by": "desk", "to": ["desk@example.net"], "at": ["start", "end"]}
    fleet = Fleet(
        {**plan_tree(), "communication": [{"audience": "desk", "channel": "mail", "notify": notify}]}
    )
    fleet.senders.gone = True
    d = fleet.deploy()
    orch = caller(fleet)
    owed = next(each for each in _findings(orch, d.id) if each["code"] == "interested_parties_told")
    assert refusal_of(fleet, filled(owed["command"], FILL)) == ""
    sent = next(each for each in _findings(orch, d.id) if each["code"] == "interested_parties_told")
    assert (owed["state"], sent["state"]) == ("gap", "held")
