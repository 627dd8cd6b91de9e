"""deploy, rollback and the words in between, from the command line to the exit code, over a fleet in memory."""

import json
from pathlib import Path

import pytest

from orchestrator.cli.verbs.driving.deploy import approvals_of
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.errors import ExitCode, UsageFault
from tests.fakes.journal import FakeJournal
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet

DEPLOY = ["deploy", "plan.yml", "--approved-by", "change manager=Bo Lind", "--by", "ann"]


@pytest.fixture
def six(tmp_path: Path) -> Fleet:
    return shop_fleet(tmp_path / "home")


def newest(six: Fleet) -> str:
    return six.ports.journal.deployments()[0]


def test_a_deployment_in_plain_lines(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, DEPLOY) == 0
    shown = capsys.readouterr().out
    assert "shop 2.4.0 is deployed and verified on all 6 hosts of staging." in shown
    assert "\x1b" not in shown


def test_a_deployment_in_json_lines(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, [*DEPLOY, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seq"] for line in lines[:-1]] == list(range(1, len(lines)))
    assert (lines[-1]["kind"], lines[-1]["exit_code"]) == ("result", 0)


def test_without_approval_nothing_is_begun(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, DEPLOY[:2]) == 4
    assert "--approved-by" in capsys.readouterr().err
    assert six.ports.journal.deployments() == []


@pytest.mark.parametrize("given", [("Bo Lind",), ("=Bo",), ("role=",), ("a=b", "a=c")])
def test_an_approval_names_a_role_and_a_person(given: tuple[str, ...]) -> None:
    with pytest.raises(UsageFault, match="--approved-by"):
        approvals_of(given)


def test_a_bad_release_is_backed_out(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    six.targets.machine("web2").script("http", ("failed", "status 500"))
    six.targets.machine("web2").script("shop answers with its version", ("failed", "status 500"))
    assert orch(six, DEPLOY) == 5
    shown = capsys.readouterr().out
    assert "Stopped at wave 2 and backed out: web1, web2 and web3 again equal their baselines" in shown
    assert "is deployed and verified" not in shown


def test_rollback_takes_a_completed_deployment_back(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, DEPLOY) == 0
    assert orch(six, ["rollback", newest(six), "--reason", "INC-311", "--by", "cleo"]) == 5
    assert "Taken back on the word of cleo and backed out" in capsys.readouterr().out


@pytest.fixture
def held(tmp_path: Path) -> Fleet:
    """A fleet with a deployment that is held because of web2."""
    made = shop_fleet(tmp_path / "home")
    made.tree["backout"]["on_failure"] = "hold"
    made.playbooks.script("deploy", ["web2", "web3"], Script(results={"web2": "not_done"}))
    assert orch(made, DEPLOY) == 8
    return made


def test_a_hold_ends_with_eight_and_its_choices(held: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(held, ["status"]) == 0
    shown = capsys.readouterr().out
    for choice in ("retry", "exclude", "rollback", "hold"):
        assert f"orch {choice} {newest(held)}" in shown


def test_retry_goes_on(held: Fleet) -> None:
    held.playbooks.script("deploy", ["web2"], Script())
    assert orch(held, ["retry", newest(held)]) == 0


def test_exclude_goes_on_without_the_host(held: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(held, ["exclude", newest(held), "web2", "--reason", "disk"]) == 1
    assert "web2 needs attention" in capsys.readouterr().out


def test_rollback_backs_a_held_deployment_out(held: Fleet) -> None:
    assert orch(held, ["rollback", newest(held), "--reason", "no"]) == 5


def test_hold_on_changes_nothing(held: Fleet) -> None:
    assert orch(held, ["hold", newest(held), "--reason", "asking the owner"]) == 0
    assert orch(held, ["status", "--exit-code"]) == 8


def test_abort_backs_out(held: Fleet) -> None:
    assert orch(held, ["abort", newest(held), "--reason", "enough"]) == 5


def test_a_word_without_driving(held: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    held.playbooks.script("deploy", ["web2"], Script())
    before = len(held.playbooks.started)
    assert orch(held, ["retry", newest(held), "--no-drive"]) == 0
    assert len(held.playbooks.started) == before
    assert "Not driven on" in capsys.readouterr().err
    assert orch(held, ["resume"]) == 0


def test_a_word_is_left_to_a_driver_that_is_alive(held: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    with held.ports.journal.drive_alone(newest(held)):
        assert orch(held, ["retry", newest(held)]) == 0
    assert "its driver continues" in capsys.readouterr().err


def test_a_driver_that_was_taken_over_says_so_starts_nothing_more_and_ends_with_ten(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It comes back after its lease moved: what it began is the other's now."""
    words = (
        "shop was taken over by another process, because this one had not renewed its claim for 20 seconds; it stops without "
        "touching anything. Watch it: orch status shop."
    )
    six = shop_fleet(None)
    journal = six.ports.journal
    assert isinstance(journal, FakeJournal)

    def freeze(request: AttemptRequest) -> None:
        journal.taken_over = words

    six.playbooks.on_start = freeze
    assert orch(six, DEPLOY) == 10
    assert words in " ".join(capsys.readouterr().err.split())
    assert len(six.playbooks.started) == 1
    name = newest(six)
    last = journal.read(name)[-1].seq
    assert orch(six, ["resume", name]) == 10
    assert (len(six.playbooks.started), len(journal.read(name, last + 1))) == (1, 0)
    journal.taken_over = ""
    six.playbooks.on_start = lambda request: None
    assert orch(six, ["resume", name]) == 0, "whoever holds the claim goes on with the run that it began"


def test_status_says_of_a_run_that_it_stands_still_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    six = shop_fleet(None)
    journal = six.ports.journal
    assert isinstance(journal, FakeJournal)
    six.playbooks.on_start = lambda request: setattr(journal, "taken_over", "frozen")
    orch(six, DEPLOY)
    six.playbooks.still = (
        "its run is at the node n1 of dmz, which is silent since 2026-11-30 12:00:05 UTC; it goes on when the node is back. If "
        "its machine is off for good: orch node remove n1"
    )
    capsys.readouterr()
    assert orch(six, ["status", newest(six)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Its run is at the node n1 of dmz, which is silent since 2026-11-30 12:00:05 UTC" in shown
    assert "orch node remove n1" in shown


def test_pause_and_resume(held: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    held.playbooks.script("deploy", ["web2"], Script())
    assert orch(held, ["retry", newest(held), "--no-drive"]) == 0
    assert orch(held, ["pause", newest(held), "--reason", "lunch", "--by", "ann"]) == 0
    assert orch(held, ["status", "--exit-code"]) == 8
    assert "by ann: lunch" in capsys.readouterr().out
    assert orch(held, ["resume", newest(held)]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["retry"],
        ["exclude", "web1", "--reason", "x"],
        ["confirm"],
        ["hold"],
        ["pause"],
        ["abort", "--reason", "x"],
    ],
    ids=lambda words: words[0],
)
def test_what_is_over_takes_no_word(six: Fleet, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, DEPLOY) == 0
    before = six.ports.journal.read(newest(six))
    assert orch(six, [words[0], newest(six), *words[1:]]) == 4
    assert six.ports.journal.read(newest(six)) == before
    assert newest(six) in capsys.readouterr().err


def test_a_gate_is_confirmed(tmp_path: Path) -> None:
    waves = [{"count": 1, "gate": {"confirm": "service owner"}}, "rest"]
    made = shop_fleet(tmp_path / "home", waves=waves)
    assert orch(made, DEPLOY) == 8
    assert orch(made, ["confirm", newest(made), "--role", "cook"]) == 4
    assert orch(made, ["confirm", newest(made), "--note", "looked", "--by", "cleo"]) == 0


def test_an_environment_out_of_its_turn_is_refused_by_name(
    six: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    six.authority.model = DeploymentModel.model_validate(
        {"orch": 1, "model": "web", "version": 1, "title": "Web", "purpose": "Web hosts.", "requires": {},
         "flow": ["test", "staging", "live"],
         "steps": [{"step": "Deploy.", "role": "deployment practitioner", "seen_by": "record"}]}
    )  # fmt: skip
    assert orch(six, DEPLOY) == ExitCode.REFUSED
    output = capsys.readouterr().out
    assert "shop 2.4.0 in staging: it has not succeeded in test; deploy it to test first" in output
    assert six.playbooks.started == []
