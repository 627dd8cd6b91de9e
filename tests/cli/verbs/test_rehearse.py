"""`orch rehearse` over a fleet in memory: what it runs, what it certifies, and what it says when it does not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.ed25519 import SigningKey, presented_certificate
from orchestrator.domain.authority.rehearsal import SignedCertificate
from orchestrator.domain.authority.signing import ISSUER, Keyring, TrustedKey
from orchestrator.domain.evidence.task_changes import Change, ChangesOn
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.engine.lookup.snapshots import every
from orchestrator.engine.use_cases import rehearse as rehearsals
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.errors import ExitCode
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet

REHEARSE = ["rehearse", "plan.yml", "--in", "rehearsal", "--by", "rae"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    key = SigningKey.new()
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "key.pem").chmod(0o600)
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "key.pem"))
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def six(home: Path, role: str = ISSUER, **strategy: object) -> Fleet:
    made = shop_fleet(home, **strategy)
    trust(made, home, role)
    return made


def trust(made: Fleet, home: Path, *roles: str, **more: object) -> None:
    key = SigningKey.from_pem((home.parent / "key.pem").read_bytes())
    fields = {"key": key.key, "public": key.public, "person": "Rae Ortiz", "roles": roles, "also": ("rae", "ann"),
            "trusted_at": START, "trusted_by": "ann", **more}  # fmt: skip
    made.keys.ring = Keyring(keys=(TrustedKey.model_validate(fields),))


def certificates(home: Path) -> list[SignedCertificate]:
    return list(certificate_files([home]).values())


def keep_certificates(made: Fleet, home: Path) -> None:
    keyring = made.keys.ring
    made.keys.kept = tuple(presented_certificate(certificate, keyring) for certificate in certificates(home))


def test_a_rehearsal_ends_with_a_signed_certificate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = six(home)
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    [signed] = certificates(home)
    keyring = made.ports.keys.keyring(Path("/project"))
    assert presented_certificate(signed, keyring).answer == "good"
    certificate = signed.certificate
    assert certificate.environment == "rehearsal"
    assert certificate.failure_in == (certificate.waves[-1].wave,)
    assert set(certificate.idempotent) == {"playbooks/shop.yml", "rollback/shop.yml"}
    assert len(certificate.deployments) == 2
    output = capsys.readouterr().out
    assert "Part 2 of 2: the same, and a failure is injected in wave 3." in output
    assert f"Certificate: {home / 'certificates'}" in output
    assert "a second time" in output


def test_the_deployments_of_a_rehearsal_are_its_own(home: Path) -> None:
    made = six(home)
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    for d in every(made.ports.journal):
        assert d.rehearsing.rehearsal is not None
        assert d.rehearsing.rehearsal.environment != d.plan.resources.environment == "rehearsal"
        assert d.plan.resources.inventory == "inventories/rehearsal"
        assert d.plan.approval.required == ()
        assert orch(made, ["status", d.id, "--exit-code"]) == ExitCode.COMPLETED


def test_asked_again_it_rehearses_anew(home: Path) -> None:
    made = six(home)
    assert orch(made, REHEARSE) == orch(made, REHEARSE) == ExitCode.COMPLETED
    keep_certificates(made, home)
    made.clock.sleep(5)
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    assert len({made_of.certificate.deployments for made_of in certificates(home)}) == 2


def test_a_part_that_was_left_is_gone_on_with(home: Path) -> None:
    made = six(home, waves=[{"count": 1, "gate": {"confirm": "service owner"}}, "rest"])
    assert orch(made, [*REHEARSE, "--fail-in", "1"]) == ExitCode.HELD
    assert certificates(home) == []
    waiting = made.ports.journal.deployments()[0]
    assert orch(made, ["confirm", waiting, "--note", "looked"]) == ExitCode.REFUSED, (
        "who rehearses is no service owner"
    )
    trust(made, home, ISSUER, "service owner")
    assert orch(made, ["confirm", waiting, "--note", "looked"]) == ExitCode.COMPLETED
    before = len(made.ports.journal.deployments())
    assert orch(made, [*REHEARSE, "--fail-in", "1"]) == ExitCode.COMPLETED
    assert len(made.ports.journal.deployments()) == before + 1
    assert [signed.certificate.failure_in for signed in certificates(home)] == [(0,)]


def test_a_plan_that_holds_is_backed_out_by_who_rehearses(home: Path) -> None:
    made = six(home)
    made.tree["backout"] |= {"on_failure": "hold", "scope": "wave"}
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    newest = made.ports.journal.deployments()[0]
    began = [r.event for r in made.ports.journal.read(newest) if isinstance(r.event, e.BackoutBegan)]
    assert [(began_event.by, began_event.rehearsed) for began_event in began] == [
        ("Rae Ortiz", "injected failure")
    ]


def test_what_a_narrow_backout_leaves_is_taken_back_as_well(home: Path) -> None:
    made = six(home)
    made.tree["backout"]["scope"] = "wave"
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    newest = made.ports.journal.deployments()[0]
    began = [r.event for r in made.ports.journal.read(newest) if isinstance(r.event, e.BackoutBegan)]
    assert [(began_event.by, began_event.rehearsed) for began_event in began] == [
        ("orch", "injected failure"),
        ("Rae Ortiz", None),
    ]
    assert set(began[0].hosts).isdisjoint(began[1].hosts)
    assert orch(made, ["rollback", newest, "--reason", "again"]) == ExitCode.REFUSED


def test_a_playbook_that_changes_again_gets_no_certificate(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = six(home)
    made.playbooks.script("deploy", None, Script(changes_again=True))
    assert orch(made, REHEARSE) == ExitCode.BACKED_OUT
    assert certificates(home) == []
    errors = capsys.readouterr().err
    assert "failed in the part `backout`" in errors
    assert "playbooks/shop.yml, run a second time on web1, changed it again" in errors
    capsys.readouterr()
    orch(made, ["status"])
    output = " ".join(capsys.readouterr().out.split())
    assert (
        "The rehearsal failed, and no certificate can rest on it: playbooks/shop.yml, run a second" in output
    )
    assert "orch rehearse plan.yml --in rehearsal (go on" in output
    assert orch(made, [*REHEARSE, "--no-twice", "--no-failure"]) == ExitCode.COMPLETED
    assert [
        (signed.certificate.idempotent, signed.certificate.failure_in) for signed in certificates(home)
    ] == [((), ())]


BESIDE = ChangesOn(hosts=("web1",), changes=(Change(kind="file", name="/srv/beside", task="Copy"),))


def test_what_was_not_captured_is_on_the_certificate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = six(home)
    made.playbooks.script("deploy", None, Script(changes=(BESIDE,)))
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    assert [signed.certificate.uncovered for signed in certificates(home)] == [("file /srv/beside",)]
    output = capsys.readouterr().out
    assert "every host was proved equal in what was captured." in output
    assert "Changed and not captured, so nothing is proved of it: file /srv/beside." in output
    assert "equal to its baseline." not in output


def test_a_policy_may_refuse_to_certify_what_was_not_captured(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = six(home)
    made.rule(rehearsal={"max_age": "30d", "uncovered": "refuse"}, approvals={"before": []})
    trust(made, home, ISSUER)
    made.playbooks.script("deploy", None, Script(changes=(BESIDE,)))
    assert orch(made, REHEARSE) == ExitCode.BACKED_OUT
    assert certificates(home) == []
    errors = capsys.readouterr().err
    assert (
        "restored in what was captured only, which the policy refuses; 1 changed thing was not: file /srv"
        in errors
    )
    made.playbooks.script("deploy", None, Script())
    assert orch(made, REHEARSE) == ExitCode.COMPLETED


def test_a_release_that_fails_gets_no_certificate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = six(home)
    made.playbooks.script("deploy", None, Script(results={"web1": "not_done"}))
    assert orch(made, REHEARSE) == ExitCode.BACKED_OUT
    assert "the deployment itself did not go well" in capsys.readouterr().err
    assert len(made.ports.journal.deployments()) == 1
    assert certificates(home) == []


@pytest.mark.parametrize(
    ("words", "code", "words_of_error"),
    [
        (["--fail-in", "7"], ExitCode.NOT_FOUND, "There is no wave 7 in this environment; its waves are 1 (wave 1), 2"),
        (["--in", "staging"], ExitCode.USAGE, "The plan is for staging itself"),
        (["--inventory", "/project/inventories/staging.yml"], ExitCode.USAGE, "is the inventory of staging"),
        (["--key", "/nowhere/key.pem"], ExitCode.NOT_FOUND, "There is no key /nowhere/key.pem"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_touches_nothing(
    home: Path, capsys: pytest.CaptureFixture[str],
    words: list[str], code: ExitCode, words_of_error: str,
) -> None:  # fmt: skip
    made = six(home)
    assert orch(made, [*REHEARSE, *words]) == code
    assert words_of_error in capsys.readouterr().err
    assert made.ports.journal.deployments() == []


@pytest.mark.parametrize(
    ("role", "more", "refusal"),
    [
        ("change manager", {}, "is trusted in other roles only"),
        (ISSUER, {"revoked_at": START}, "was revoked"),
        (ISSUER, {"expires": START - timedelta(days=1)}, "expired"),
    ],
)
def test_a_key_that_may_not_issue_rehearses_nothing(
    home: Path, capsys: pytest.CaptureFixture[str],
    role: str, more: dict[str, object], refusal: str,
) -> None:  # fmt: skip
    made = six(home)
    trust(made, home, role, **more)
    assert orch(made, REHEARSE) == ExitCode.REFUSED
    assert refusal in capsys.readouterr().err
    assert made.ports.journal.deployments() == []


def test_json_ends_with_the_certificate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = six(home)
    assert orch(made, [*REHEARSE, "--json", "--out", str(home / "git")]) == ExitCode.COMPLETED
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["exit_code"] for line in lines if line.get("kind") == "result"] == [0, 0]
    assert lines[-1]["kind"] == "certificate"
    file = Path(lines[-1]["file"])
    assert file.parent == home / "git"
    assert json.loads(file.read_text()) == lines[-1]["signed"]


def test_a_rehearsal_that_waited_for_its_start_is_looked_at_in_its_own_place(home: Path) -> None:
    made = six(home)
    place = RehearsalPlace(environment="rehearsal", inventory="inventories/rehearsal")
    ready = rehearsals.ready(made.ports, rehearsals.RehearsalRequest(Path("plan.yml"), place))
    opened = open_deployment(made.ports, ready.prepared, by="rae", approvals=(), rehearsal=ready.parts[0])
    made.clock.sleep(3600)
    assert orch(made, ["resume", opened, "--by", "rae"]) == ExitCode.COMPLETED
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    assert [signed.certificate.deployments[0] for signed in certificates(home)] == [opened]


def test_a_rehearsal_is_told_as_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = six(home)
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    keep_certificates(made, home)
    made.playbooks.script("deploy", None, Script(results={"web1": "not_done"}))
    made.clock.sleep(60)
    assert orch(made, [*REHEARSE, "--no-failure"]) == ExitCode.BACKED_OUT
    capsys.readouterr()
    assert orch(made, ["list"]) == 0
    listed = capsys.readouterr().out
    assert "backed out (rehearsal failed)" in listed
    assert listed.count("backed out (as rehearsed)") == 2
    assert orch(made, ["list", "--json"]) == 0
    rehearsals = [json.loads(line)["rehearsal"] for line in capsys.readouterr().out.splitlines()]
    assert [(rehearsal["for"], rehearsal["part"], rehearsal["passed"]) for rehearsal in rehearsals] == [
        ("staging", "backout", False),
        ("staging", "failure path", True),
        ("staging", "backout", True),
    ]
    [bad, failure, _] = made.ports.journal.deployments()
    assert orch(made, ["status", failure]) == 0
    assert "rehearsal of shop 2.4.0 in rehearsal, for staging (failure path)" in capsys.readouterr().out
    assert orch(made, ["status", bad, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["rehearsal"]["passed"] is False
    assert "the deployment itself did not go well" in result["rehearsal"]["against"][0]
    assert orch(made, ["record", "show", failure]) == 0
    record = capsys.readouterr().out
    assert record.startswith("rehearsal of shop 2.4.0 in rehearsal: backed out")
    assert "Rehearsal for staging in rehearsal: a failure is injected in wave 3" in record
    assert orch(made, ["record", "show", failure, "--html", str(home / "record.html")]) == 0
    assert "<h1>Rehearsal of shop 2.4.0 in rehearsal</h1>" in (home / "record.html").read_text()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "It counts for staging by policy house."),
        ({"failure_path": True, "idempotence": True}, "It counts for staging by policy house."),
        (
            {"environments": ["lab"]},
            "It does not count for staging: rehearsed in rehearsal; rehearse in lab.",
        ),
    ],
    ids=["anywhere", "with everything", "in another environment"],
)
def test_it_says_whether_the_certificate_counts_as_deploy_does(
    home: Path, capsys: pytest.CaptureFixture[str], asked: dict[str, object], words: str
) -> None:
    made = six(home)
    made.rule(approvals={"before": []}, rehearsal={"max_age": "30d", **asked})
    made.tree["approval"]["required"] = []
    trust(made, home, ISSUER)
    assert orch(made, REHEARSE) == ExitCode.COMPLETED
    assert words in capsys.readouterr().out
    keep_certificates(made, home)
    assert (orch(made, ["deploy", "plan.yml"]) == ExitCode.COMPLETED) == words.startswith("It counts")
