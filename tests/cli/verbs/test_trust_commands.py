"""orch trust over real files: first trust, changes that stewards sign, and what is refused."""

import json
import re
import shlex
import time
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import verify
from orchestrator.adapters.keys.trust_files import NEWEST, NEXT, SEEN, HouseTrust
from orchestrator.cli.main import run
from orchestrator.domain.authority.machine_release import payload
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.journal.events import HOUSE as JOURNAL
from orchestrator.domain.journal.events import MachineReleased
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.ssh_agent import ssh_keygen

WHY = ["--reason", "why not"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a home of its own, and keys of Ann, Bo, Cy and Li."""
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    for name in ("ORCH_KEY", "ORCH_KEY_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(project)
    for name in ("ann", "bo", "cy", "li"):
        assert run(["keys", "new", "--file", str(tmp_path / f"{name}.pem"), "--no-passphrase"]) == 0
    return tmp_path


def steward(desk: Path, *names: str) -> list[str]:
    return [word for n in names for word in ("--steward", str(desk / f"{n}.pub.json"), n.capitalize())]


def key(desk: Path, name: str) -> list[str]:
    return ["--key", str(desk / f"{name}.pem")]


def begun(desk: Path) -> None:
    words = [*steward(desk, "ann", "bo", "cy"), "--threshold", "2"]
    assert run(["trust", "init", *words, *WHY, *key(desk, "ann")]) == 0
    assert not (desk / "home" / NEWEST).exists()
    assert run(["trust", "sign", *key(desk, "bo")]) == 0


def trust_li(desk: Path, *words: str) -> int:
    person = ["--person", "Li Wei", "--role", "change manager"]
    return run(["keys", "trust", str(desk / "li.pub.json"), *person, *words])


def keys_listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["keys", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_first_trust_is_in_force_when_enough_stewards_signed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    assert "Version 1 of the keyring is in force" in capsys.readouterr().out
    assert run(["trust", "show"]) == 0
    shown = capsys.readouterr().out
    assert "the home is the house" in shown
    assert "signed by Ann and Bo (threshold 2 of 3 steward keys)" in shown
    assert run(["trust", "verify"]) == 0
    assert not (desk / "home" / NEXT).exists()


def test_a_steward_may_have_an_ssh_key(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    public = ssh_keygen(desk / "id_ed25519")
    words = [*steward(desk, "ann"), "--steward", str(public), "Bo", "--threshold", "2"]
    assert run(["trust", "init", *words, *WHY, *key(desk, "ann")]) == 0
    assert run(["trust", "sign", "--key", str(desk / "id_ed25519")]) == 0
    assert "Version 1 of the keyring is in force" in capsys.readouterr().out
    assert run(["trust", "verify"]) == 0


def test_first_trust_is_given_once(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun(desk)
    words = [*steward(desk, "cy"), "--threshold", "1", *WHY, *key(desk, "cy")]
    assert run(["trust", "init", *words]) == 10
    (desk / "home" / NEWEST).unlink()
    assert run(["trust", "init", *words]) == 10
    assert "first trust is given once" in capsys.readouterr().err
    assert run(["keys", "list"]) == 3
    assert "no file; this home has seen version 1" in capsys.readouterr().err


def test_keys_that_were_trusted_before_are_taken_in(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trust_li(desk) == 0
    begun(desk)
    (row,) = keys_listed(capsys)
    assert (row["person"], row["state"]) == ("Li Wei", "trusted")
    assert str(desk / "home" / NEWEST) in str(row["folders"])


def test_trusting_a_key_is_proposed_and_takes_effect_when_it_is_signed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    assert trust_li(desk) == 0
    printed = capsys.readouterr().out
    assert "nothing has changed yet" in printed
    assert keys_listed(capsys) == []
    command = re.search(r"orch (trust sign \S+)", printed)
    assert command is not None, "the command that is printed works"
    assert run([*shlex.split(command[1]), *key(desk, "cy")]) == 0
    assert keys_listed(capsys) == []
    assert run([*shlex.split(command[1]), *key(desk, "ann")]) == 0
    (row,) = keys_listed(capsys)
    assert row["person"] == "Li Wei"
    assert run(["keys", "revoke", str(row["key"])[:12], *WHY]) == 0
    for name in ("ann", "bo"):
        assert run(["trust", "sign", *key(desk, name)]) == 0
    (row,) = keys_listed(capsys)
    assert row["state"] == "revoked"
    assert run(["trust", "verify"]) == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "version 1",
        "version 2",
        "version 3",
    ]


def test_one_proposal_holds_several_changes_and_is_signed_anew(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    assert trust_li(desk) == 0
    assert run(["trust", "sign", *key(desk, "ann")]) == 0
    assert run(["keys", "trust", str(desk / "cy.pub.json"), "--person", "Li Wei", "--role", "customer"]) == 2
    assert "a steward's key is listed for somebody else" in capsys.readouterr().err
    assert run(["keys", "trust", str(desk / "cy.pub.json"), "--person", "Cy", "--role", "customer"]) == 0
    assert run(["trust", "sign", *key(desk, "bo")]) == 0
    assert keys_listed(capsys) == [], "Ann signed less than what is proposed now"
    assert run(["trust", "sign", *key(desk, "ann")]) == 0
    assert [row["person"] for row in keys_listed(capsys)] == ["Li Wei", "Cy"]


def test_whoever_is_no_steward_signs_nothing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun(desk)
    assert trust_li(desk) == 0
    assert run(["trust", "sign", *key(desk, "li")]) == 4
    assert "is no steward's; nothing was signed" in capsys.readouterr().err


def test_stewards_change_by_the_old_and_the_new_threshold(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    bo = json.loads((desk / "bo.pub.json").read_text())["key"]
    cy = json.loads((desk / "cy.pub.json").read_text())["key"]
    words = ["--without", bo[:12], "--without", cy[:12], *steward(desk, "li"), *WHY]
    assert run(["trust", "propose", *words]) == 0
    assert run(["trust", "sign", *key(desk, "ann")]) == 0
    assert run(["trust", "sign", *key(desk, "bo")]) == 0
    assert "1 steward of its own still" in capsys.readouterr().out
    assert run(["trust", "sign", *key(desk, "li")]) == 0
    assert "Version 2 of the keyring is in force" in capsys.readouterr().out


def test_stewards_sign_copies_and_root_adopts_them(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun(desk)
    assert trust_li(desk) == 0
    proposal = (desk / "home" / NEXT).read_bytes()
    for name in ("ann", "bo"):
        (desk / f"{name}.json").write_bytes(proposal)
        assert run(["trust", "sign", str(desk / f"{name}.json"), *key(desk, name)]) == 0
    assert run(["trust", "adopt", str(desk / "ann.json")]) == 0
    assert keys_listed(capsys) == []
    assert run(["trust", "adopt", str(desk / "ann.json"), str(desk / "bo.json")]) == 0
    assert len(keys_listed(capsys)) == 1
    assert run(["trust", "adopt", str(desk / "ann.json")]) == 4
    assert "was made for another keyring than the newest" in capsys.readouterr().err


def test_a_proposal_that_would_not_be_in_force_changes_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    file = desk / "home" / NEWEST
    before = file.read_bytes()
    assert trust_li(desk) == 0
    proposal = json.loads((desk / "home" / NEXT).read_text())
    proposal["keyring"]["version"] = 7
    (desk / "home" / NEXT).write_text(json.dumps(proposal))
    assert run(["trust", "sign", *key(desk, "ann")]) == 0
    assert run(["trust", "sign", *key(desk, "bo")]) == 3
    assert "version 7 directly after version 1" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert keys_listed(capsys) == []


def test_an_older_version_is_refused_once_a_newer_one_was_seen(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(desk)
    first = (desk / "home" / NEWEST).read_bytes()
    assert trust_li(desk) == 0
    for name in ("ann", "bo"):
        assert run(["trust", "sign", *key(desk, name)]) == 0
    (desk / "home" / NEWEST).write_bytes(first)
    assert run(["keys", "list"]) == 3
    assert "found version 1; this home has seen version 2" in capsys.readouterr().err
    (desk / "home" / SEEN).unlink()


def test_a_keyring_that_ends_soon_warns_and_one_that_ended_is_renewed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*steward(desk, "ann"), "--threshold", "1", "--expires", "1s", *WHY, *key(desk, "ann")]
    assert run(["trust", "init", *words]) == 0
    time.sleep(1.1)
    assert run(["keys", "list"]) == 3
    complaint = capsys.readouterr().err
    assert "which ended at" in complaint
    assert run(["trust", "propose", "--expires", "20d", *WHY]) == 0
    assert run(["trust", "sign", *key(desk, "ann")]) == 0
    assert run(["trust", "show"]) == 0
    assert "and then nobody is trusted any more" in capsys.readouterr().err
    assert run(["keys", "list"]) == 0
    assert "orch trust propose --expires 365d" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["show", "verify", "sign"])
def test_without_a_keyring_it_is_said_what_to_do(
    desk: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    assert run(["trust", word]) == (0 if word == "show" else 11)
    caught = capsys.readouterr()
    assert "orch trust" in caught.out + caught.err


def test_a_steward_lets_a_machine_go(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun(desk)
    fleet = Fleet()
    trust = HouseTrust(desk / "home", desk / "home").in_force(fleet.clock.now())
    assert trust is not None
    fleet.keys.signed = trust
    fleet.deploy()
    fleet.targets.machine("h1").house = trust.document.house
    assert orch(fleet, ["trust", "release", "h1", *WHY, *key(desk, "li")]) == 4
    assert "is no steward's" in capsys.readouterr().err
    assert orch(fleet, ["trust", "release", "h1", *WHY, *key(desk, "cy")]) == 0
    assert "is governed by no house now" in capsys.readouterr().out
    assert fleet.targets.machine("h1").house == ""
    (word,) = [r.event for r in fleet.ports.journal.read(JOURNAL) if isinstance(r.event, MachineReleased)]
    signature, text = word.signed.signature, payload(word.signed.release)
    assert verify(Keyring(keys=trust.document.stewards), signature, text) == "good"
    assert orch(fleet, ["trust", "release", "h9", *WHY, *key(desk, "cy")]) == 11
