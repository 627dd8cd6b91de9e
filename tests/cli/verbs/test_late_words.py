"""Late words by the command line: what a refusal prints is run as it is printed, in the state in which it is printed."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.cli.main import run
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.errors import ExitCode
from orchestrator.policy.course.follow_up import review_overdue
from tests.fakes.playbooks import Script
from tests.fakes.voice import FakeVoice
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.people import DEPLOYER, TRUSTED_AT

PEOPLE = {
    "li": ("Li Wei", "change manager"),
    "omar": ("Omar Haddad", "service owner"),
    "nadia": ("Nadia Costa", "customer"),
}
EMERGENCY = {
    "definition": "It burns.",
    "before": ["service owner"],
    "review_within": "5d",
    "reviewers": ["change manager"],
}
RULES: dict[str, Any] = {
    "approvals": {"before": ["change manager", "service owner"], "after": ["customer"]},
    "change_types": ["normal", "emergency"],
    "emergency": EMERGENCY,
}


@dataclass
class Desk:
    """A fleet under a policy, people with key files, and what was printed."""

    fleet: Fleet
    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def d(self) -> Deployment:
        return self.fleet.now(self.fleet.ports.journal.deployments()[0])

    def orch(self, *words: str) -> tuple[int, str]:
        code = orch(self.fleet, words)
        shown = self.capsys.readouterr()
        return code, shown.out + shown.err

    def run_printed(self, text: str, verb: str, *more: str) -> tuple[int, str]:
        """Run the first command of this verb that the text prints, with a reason for WHY, by whoever holds its role."""
        printed = re.search(rf"orch ({verb} .*?)(?:[,;:)]|  |$)", text, flags=re.MULTILINE)
        assert printed is not None, text
        words = [
            {"WHY": "INC-311", "WHAT": "looked at the till"}.get(word, word)
            for word in shlex.split(printed[1])
        ]
        return self.orch(*words, *self.key(words), *more)

    def key(self, words: list[str]) -> list[str]:
        if "--as" not in words:
            return []
        role = words[words.index("--as") + 1]
        return ["--key", str(next(self.folder / f"{n}.pem" for n, (_, r) in PEOPLE.items() if r == role))]

    def approve(self, *names: str, words: tuple[str, ...] = ()) -> None:
        for name in names:
            verb = ["approve", self.d.id, "--as", PEOPLE[name][1], "--reason", "looked at", *words]
            code, text = self.orch(*verb, *self.key(verb))
            assert code == 0, text

    def deployed(self) -> Deployment:
        """Approved, deployed to its end, and signed off."""
        self.orch("deploy", "plan.yml", "--by", "ann")
        self.approve("li", "omar")
        code, text = self.orch("resume", self.d.id, "--by", "ann")
        assert code == ExitCode.COMPLETED, text
        verb = ["sign-off", self.d.id, "--as", "customer", "--reason", "it sells"]
        assert self.orch(*verb, *self.key(verb))[0] == 0
        assert self.d.follow_up.closed is not None
        return self.d


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "250")
    fleet = shop_fleet(tmp_path / "home")
    fleet.rule(**RULES)
    fleet.keys.ring = _keys(tmp_path)
    # Whoever signs reads the clock of this machine.
    fleet.clock.jump((datetime.now(UTC) - fleet.clock.now()).total_seconds())
    capsys.readouterr()
    return Desk(fleet, tmp_path, capsys)


def _keys(folder: Path) -> Keyring:
    trusted = []
    for name, (person, role) in PEOPLE.items():
        assert run(["keys", "new", "--file", str(folder / f"{name}.pem"), "--no-passphrase"]) == 0
        card = read_card(folder / f"{name}.pub.json")
        trusted.append(
            TrustedKey(
                key=card.key,
                public=card.public,
                person=person,
                roles=(role,),
                trusted_at=TRUSTED_AT,
                trusted_by="Ada",
            )
        )
    return Keyring(keys=(*trusted, DEPLOYER))


def test_what_is_signed_off_is_not_taken_back_by_a_passer_by_and_is_by_what_is_printed(desk: Desk) -> None:
    d = desk.deployed()
    seq = desk.d.seq
    code, text = desk.orch("rollback", d.id, "--by", "Passer-by", "--reason", "felt like it")
    assert (code, "--by says Passer-by" in text) == (ExitCode.REFUSED, True)
    code, text = desk.orch("rollback", d.id, "--reason", "felt like it")
    assert code == ExitCode.REFUSED
    assert "signed off, its record closed" in text
    assert "change manager: 1 of 1 approvals of the rollback missing" in text
    assert "service owner: 1 of 1 approvals of the rollback missing" in text
    assert desk.d.seq == seq
    code, text = desk.run_printed(text.split("in an emergency")[1].split("\n", 1)[1], "approve")
    assert code == 0, text
    assert "service owner: 1 of 1 approvals of the rollback missing" in text
    code, text = desk.run_printed(text.split("Missing now:")[-1].split("\n", 2)[2], "approve")
    assert code == 0, text
    code, text = desk.run_printed(
        text[text.index("Nothing is missing: orch rollback") :], "rollback", "--by", "bo"
    )
    assert code == ExitCode.BACKED_OUT, text
    began = desk.fleet.events(d, e.BackoutBegan)[0]
    assert [ground.code for ground in began.reasons] == ["backout.chosen", "backout.agreed", "backout.agreed"]
    code, text = desk.orch("record", "show", d.id)
    assert "agreed to by Li Wei as change manager (INC-311)" in text
    assert "agreed to the rollback by Li Wei as change manager" in text


def test_an_emergency_takes_its_own_roles_and_a_review_is_due(desk: Desk) -> None:
    d = desk.deployed()
    _, text = desk.orch("rollback", d.id, "--reason", "it burns")
    code, text = desk.run_printed(text[text.index("in an emergency") :], "approve")
    assert code == 0, text
    code, text = desk.run_printed(text[text.index("an emergency is agreed to") :], "rollback", "--by", "bo")
    assert code == ExitCode.BACKED_OUT, text
    assert "must be held by" in desk.orch("status", d.id)[1]
    assert review_overdue(desk.d, desk.fleet.clock.now() + timedelta(days=6))
    assert desk.d.follow_up.closed is None
    code, text = desk.run_printed(desk.orch("status", d.id)[1], "review")
    assert code == 0, text
    # What was taken back is investigated as well, before its record is closed.
    assert desk.d.follow_up.closed is None
    assert f"orch pir open {d.id}" in desk.orch("status", d.id)[1]


def test_whoever_agreed_does_not_ask_for_it_as_well(desk: Desk) -> None:
    d = desk.deployed()
    desk.approve("li", "omar", words=("--roll-back",))
    voice = desk.fleet.ports.voice
    assert isinstance(voice, FakeVoice)
    voice.own = read_card(desk.folder / "li.pub.json").key
    code, text = desk.orch("rollback", d.id, "--reason", "INC-311")
    assert code == ExitCode.REFUSED
    assert "asked for by Li Wei, who cannot agree to it as well" in text
    voice.own = DEPLOYER.key
    assert desk.orch("rollback", d.id, "--reason", "INC-311")[0] == ExitCode.BACKED_OUT


def test_another_playbook_is_agreed_to_by_itself(desk: Desk) -> None:
    d = desk.deployed()
    desk.approve("li", "omar", words=("--roll-back",))
    other = sorted(desk.fleet.authority.files)[0]
    words = ("rollback", d.id, "--with", other, "--reason", "typo", "--by", "bo", "--as", "change manager")
    code, text = desk.orch(*words, *desk.key(list(words)))
    assert code == ExitCode.REFUSED
    assert "given for another backout" in text
    assert f"orch approve {d.id} --roll-back --with {other}" in text
    desk.approve("li", "omar", words=("--roll-back", "--with", other))
    code, text = desk.orch(*words, *desk.key(list(words)))
    assert code == ExitCode.BACKED_OUT, text


def test_leave_may_be_given_in_a_file(desk: Desk) -> None:
    d = desk.deployed()
    for name in ("li", "omar"):
        desk.approve(name, words=("--roll-back", "--out", str(desk.folder / f"{name}.json")))
        assert desk.orch("approve", "--file", str(desk.folder / f"{name}.json"))[0] == 0
    assert desk.orch("rollback", d.id, "--by", "bo", "--reason", "INC-311")[0] == ExitCode.BACKED_OUT


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Held because of web2, under the policy."""
    desk.fleet.tree["backout"]["on_failure"] = "hold"
    desk.fleet.playbooks.script("deploy", ["web2", "web3"], Script(results={"web2": "not_done"}))
    desk.orch("deploy", "plan.yml", "--by", "ann")
    desk.approve("li", "omar")
    assert desk.orch("resume", desk.d.id, "--by", "ann")[0] == ExitCode.HELD
    return desk


def test_a_host_is_left_out_only_as_conceded_and_by_what_is_printed(held: Desk) -> None:
    d = held.d
    code, text = held.orch("exclude", d.id, "web2", "--reason", "disk")
    assert code == ExitCode.REFUSED
    assert "customer: 1 of 1 concessions missing to go on without web2; orch approve" in text
    assert "it stays as it is" in text
    assert held.d == d
    assert "orch exclude" not in held.orch("status", d.id)[1]
    code, text = held.run_printed(held.orch("status", d.id)[1], "approve")
    assert code == 0, text
    assert "conceded to go on without web2 by Nadia Costa as customer" in text
    assert f"orch exclude {d.id} web2" in held.orch("status", d.id)[1]
    code, text = held.run_printed(
        text[text.index("Nothing is missing") :].replace("missing:", "", 1), "exclude"
    )
    assert code == ExitCode.COMPLETED_WITH_EXCEPTIONS, text
    assert "conceded for web2 by Nadia Costa as customer (INC-311)" in held.orch("record", "show", d.id)[1]


def test_a_held_deployment_is_taken_back_without_a_word(held: Desk) -> None:
    assert held.orch("rollback", held.d.id, "--reason", "no", "--emergency")[0] == ExitCode.REFUSED
    assert held.orch("rollback", held.d.id, "--reason", "no")[0] == ExitCode.BACKED_OUT


def test_one_decision_at_a_time(held: Desk) -> None:
    words = ("approve", held.d.id, "--as", "customer", "--reason", "x", "--concede", "web2")
    assert held.orch(*words, "--roll-back")[0] == ExitCode.USAGE
    assert (
        held.orch("approve", held.d.id, "--as", "x", "--reason", "x", "--with", "a.yml")[0] == ExitCode.USAGE
    )


def test_a_gate_is_confirmed_as_it_is_printed_and_not_without_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waves = [{"count": 1, "gate": {"confirm": "service owner"}}, "rest"]
    desk = Desk(shop_fleet(tmp_path / "home", waves=waves), tmp_path, capsys)
    assert desk.orch("deploy", "plan.yml", "--approved-by", "change manager=Bo Lind")[0] == ExitCode.HELD
    code, text = desk.orch("confirm", desk.d.id)
    assert code == ExitCode.REFUSED
    assert "no note says it" in text
    assert desk.run_printed(desk.orch("status", desk.d.id)[1], "confirm")[0] == ExitCode.COMPLETED
