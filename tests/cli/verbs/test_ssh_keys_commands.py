"""ssh keys and keys of machines on the command line: trusted, listed, and signed with, as people have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from tests.cli.office import Office, office
from tests.worlds.ssh_agent import ssh_add, ssh_agent, ssh_keygen


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return office(tmp_path, monkeypatch, capsys)


def user(desk: Office) -> Path:
    return Path.home()


def listed(desk: Office, person: str) -> dict[str, object]:
    desk.output()
    assert run(["keys", "list", "--json"]) == 0
    rows = [json.loads(line) for line in desk.output().splitlines()]
    return next(row for row in rows if row["person"] == person)


def approved_by(desk: Office) -> list[tuple[str, str]]:
    given = desk.deployment().authority.approvals
    return [(signed.approval.person, signed.signature.kind) for signed in given]


def test_an_ssh_key_is_trusted_as_it_lies_in_the_ssh_folder_and_approves(desk: Office) -> None:
    public = ssh_keygen(user(desk) / ".ssh/id_ed25519")
    words = ["--person", "Omar Haddad", "--role", "change manager"]
    assert run(["keys", "trust", str(public), *words]) == 0
    assert "Trusted: Omar Haddad as change manager" in desk.output()
    assert run(["approve", "d1", "--as", "change manager", "--reason", "looked at"]) == 0
    assert approved_by(desk) == [("Omar Haddad", "sshsig")]
    assert "1 of 1 approvals missing" in desk.output()
    assert run(["keys", "list"]) == 0
    assert "ssh-ed25519" in desk.output()


def test_an_approval_in_a_file_is_signed_by_the_agent_and_taken_elsewhere(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = ssh_keygen(desk.folder / "elsewhere/id_ecdsa", "ecdsa")
    words = ["--person", "Omar Haddad", "--role", "change manager"]
    assert run(["keys", "trust", str(public), *words]) == 0
    out = desk.folder / "word.json"
    with ssh_agent(desk.folder) as socket:
        ssh_add(socket, desk.folder / "elsewhere/id_ecdsa")
        (desk.folder / "elsewhere/id_ecdsa").unlink()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        assert run(["approve", "d1", "--as", "change manager", "--reason", "ok", "--out", str(out)]) == 0
    monkeypatch.delenv("SSH_AUTH_SOCK")
    assert run(["approve", "--file", str(out)]) == 0
    assert approved_by(desk) == [("Omar Haddad", "sshsig")]
    out.write_text(out.read_text().replace('"reason": "ok"', '"reason": "no"'))
    assert run(["approve", "--file", str(out)]) != 0
    assert "the signature does not fit" in desk.output()


def test_the_list_says_what_ssh_shows(desk: Office) -> None:
    public = ssh_keygen(desk.folder / "id_rsa", "rsa")
    assert run(["keys", "trust", str(public), "--person", "Omar", "--role", "customer"]) == 0
    row = listed(desk, "Omar")
    assert row["kind"] == "sshsig"
    assert str(row["fingerprint"]).startswith("SHA256:")
    assert run(["keys", "revoke", str(row["fingerprint"]), "--reason", "lost"]) == 0
    assert listed(desk, "Omar")["state"] == "revoked"


def test_the_public_half_of_an_ssh_key_is_a_card(desk: Office) -> None:
    public = ssh_keygen(desk.folder / "id_ed25519")
    for file in (public, desk.folder / "id_ed25519"):
        desk.output()
        assert run(["keys", "public", "--file", str(file), "--person", "Omar", "--role", "customer"]) == 0
        card = desk.folder / "card.json"
        card.write_text(desk.output())
        assert json.loads(card.read_text())["kind"] == "sshsig"
    assert run(["keys", "trust", str(card)]) == 0
    assert listed(desk, "Omar")["roles"] == ["customer"]


def test_what_cannot_be_trusted_is_refused_at_its_line(desk: Office) -> None:
    file = desk.folder / "id.pub"
    file.write_text("# mine\nssh-ed25519-cert-v01@openssh.com AAAA\n")
    assert run(["keys", "trust", str(file), "--person", "Omar", "--role", "customer"]) == 3
    output = desk.output()
    assert f"{file}:2" in output
    assert "give the public key itself" in output
    file.write_text(json.dumps({"orch": "public key 1", "key": "0" * 64, "public": "x", "kind": "webauthn"}))
    assert run(["keys", "trust", str(file), "--person", "Omar", "--role", "customer"]) == 3
    assert "`webauthn`, the domain, the credential id and the key" in desk.output()


def test_a_machine_has_a_name_and_no_role(desk: Office) -> None:
    file = desk.folder / "timer.pem"
    assert run(["keys", "new", "--file", str(file), "--no-passphrase", "--machine", "deploy1"]) == 0
    assert 'orch keys trust timer.pub.json --machine "deploy1"\n' in desk.output()
    assert run(["keys", "trust", str(desk.folder / "timer.pub.json")]) == 0
    assert "Trusted: the machine deploy1, in no role" in desk.output()
    row = listed(desk, "deploy1")
    assert (row["holder"], row["roles"]) == ("machine", [])
    assert run(["keys", "list"]) == 0
    assert "machine deploy1" in desk.output()
    words = ["--as", "change manager", "--reason", "looked at", "--key", str(file)]
    assert run(["approve", "d1", *words]) == 4
    assert "signed with the key of the machine deploy1, which decides nothing" in desk.output()
    assert desk.events() == ["planned", "submitted"]


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        (["--machine", "deploy1", "--person", "Omar"], "of a --person or of a --machine"),
        (["--machine", "deploy1", "--role", "change manager"], "no role of a machine but rehearsal issuer"),
        (["--machine", "dep\x1bloy1"], "text on one line that shows as it is"),
    ],
)
def test_a_machine_that_would_decide_is_refused(desk: Office, words: list[str], finding: str) -> None:
    public = ssh_keygen(desk.folder / "id_ed25519")
    assert run(["keys", "trust", str(public), *words]) == 2
    assert finding in desk.output()
    file = desk.folder / "new.pem"
    assert run(["keys", "new", "--file", str(file), "--no-passphrase", *words]) == 2
    assert not file.exists()


def test_a_machine_and_a_person_have_two_names(desk: Office) -> None:
    public = ssh_keygen(desk.folder / "id_ed25519")
    assert run(["keys", "trust", str(public), "--machine", "li wei"]) == 2
    assert "li wei is the name of a person here; give the machine another name" in desk.output()
    assert run(["keys", "trust", str(public), "--machine", "deploy1"]) == 0
    other = ssh_keygen(desk.folder / "id_ecdsa", "ecdsa")
    assert run(["keys", "trust", str(other), "--person", "Deploy1", "--role", "customer"]) == 2
    assert "Deploy1 is the name of a machine here" in desk.output()


def test_a_machine_may_be_given_the_rehearsals(desk: Office) -> None:
    public = ssh_keygen(desk.folder / "id_ed25519")
    words = ["--machine", "builder", "--role", "rehearsal issuer"]
    assert run(["keys", "trust", str(public), *words]) == 0
    assert "Trusted: the machine builder as rehearsal issuer" in desk.output()
