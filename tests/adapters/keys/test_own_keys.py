"""Which key signs: real key files and a real ssh agent, and what is said when none or several would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.ed25519 import verify
from orchestrator.adapters.keys.key_folder import card_of, make_key, read_card
from orchestrator.adapters.keys.own_keys import card_file, signer_for, signers
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.domain.authority.signing import Holder, Keyring, PublicKeyCard, TrustedKey
from orchestrator.errors import NotFound, OrchError, PlanFault, Refused, UsageFault
from tests.worlds.people import TRUSTED_AT
from tests.worlds.ssh_agent import ssh_add, ssh_agent, ssh_keygen

NOW = TRUSTED_AT + timedelta(days=30)
PAYLOAD = b"orch approval 1\n{}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any key."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ORCH_KEY", "ORCH_KEY_PASSPHRASE", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def pem(desk: Path, name: str = "key", passphrase: bytes | None = None) -> PublicKeyCard:
    file = desk / ".config/orch" / f"{name}.pem"
    card = card_of(make_key(file, passphrase))
    write_whole(card_file(file), card)
    return card


def ssh(desk: Path, name: str = "id_ed25519", passphrase: str = "", kind: str = "ed25519") -> PublicKeyCard:
    return read_card(ssh_keygen(desk / ".ssh" / name, kind, passphrase))


def trusted(card: PublicKeyCard, person: str = "Li Wei", *roles: str, **words: Any) -> TrustedKey:
    of_card = {"key": card.key, "public": card.public, "kind": card.kind, "person": person}
    usual = {"roles": roles or ("change manager",), "trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
    return TrustedKey.model_validate({**of_card, **usual, **words})


def nobody(file: Path) -> bytes:
    raise AssertionError(f"asked for the passphrase of {file}")


def good(ring: Keyring, ask: Callable[[Path], bytes] = nobody, **words: Any) -> str:
    """The id of the key that signed well."""
    signer = signer_for(ring, now=NOW, ask=ask, **words)
    signature = signer.sign(PAYLOAD)
    assert verify(ring, signature, PAYLOAD) == "good"
    assert signature.key == signer.key
    return signer.key


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_an_ssh_key_signs_without_a_question(desk: Path, kind: str) -> None:
    card = ssh(desk, f"id_{kind}", kind=kind)
    assert good(Keyring(keys=(trusted(card),))) == card.key


def test_an_older_form_of_key_file_signs_too(desk: Path) -> None:
    card = read_card(ssh_keygen(desk / ".ssh/id_rsa", "rsa", "", "-m", "PEM"))
    assert b"BEGIN RSA PRIVATE KEY" in (desk / ".ssh/id_rsa").read_bytes()
    assert good(Keyring(keys=(trusted(card),))) == card.key


def test_the_agent_signs_for_a_key_file_that_is_not_here(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = ssh(desk / "elsewhere")
    with ssh_agent(desk) as socket:
        ssh_add(socket, desk / "elsewhere/.ssh/id_ed25519")
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        assert good(Keyring(keys=(trusted(card),))) == card.key
        public = desk / "elsewhere/.ssh/id_ed25519.pub"
        (desk / "elsewhere/.ssh/id_ed25519").unlink()
        assert good(Keyring(keys=(trusted(card),)), given=public) == card.key


def test_no_agent_answers_at_the_socket(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(desk / "gone"))
    card = pem(desk)
    assert good(Keyring(keys=(trusted(card),))) == card.key


def test_a_key_that_asks_nothing_comes_before_the_agent_and_that_before_a_passphrase(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, in_agent = ssh(desk, "id_rsa", "horse", "rsa"), ssh(desk / "elsewhere")
    also_locked, easy = pem(desk, "aaa", b"horse"), pem(desk, "zzz")
    cards = (locked, in_agent, also_locked, easy)
    with ssh_agent(desk) as socket:
        ssh_add(socket, desk / "elsewhere/.ssh/id_ed25519")
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        assert [signer.key for signer in signers()] == [easy.key, in_agent.key, also_locked.key, locked.key]
        assert good(Keyring(keys=tuple(map(trusted, cards)))) == easy.key
        assert good(Keyring(keys=tuple(map(trusted, cards[:-1])))) == in_agent.key


@pytest.mark.parametrize(
    "made", [lambda desk: pem(desk, "key", b"horse"), lambda desk: ssh(desk, "id_rsa", "horse", "rsa")]
)
def test_a_passphrase_is_asked_for_once_and_only_to_sign(
    desk: Path, made: Callable[[Path], PublicKeyCard]
) -> None:
    card, asked = made(desk), list[Path]()

    def ask(file: Path) -> bytes:
        asked.append(file)
        return b"horse"

    ring = Keyring(keys=(trusted(card),))
    signer = signer_for(ring, now=NOW, ask=ask)
    assert not asked
    signer.unlock()
    assert all(verify(ring, signer.sign(payload), payload) == "good" for payload in (PAYLOAD, b"2"))
    assert len(asked) == 1


@pytest.mark.parametrize(
    "made", [lambda desk: pem(desk, "key", b"horse"), lambda desk: ssh(desk, "id_rsa", "horse", "rsa")]
)
def test_a_wrong_passphrase_signs_nothing(desk: Path, made: Callable[[Path], PublicKeyCard]) -> None:
    ring = Keyring(keys=(trusted(made(desk)),))
    with pytest.raises((UsageFault, Refused)) as refused:
        signer_for(ring, now=NOW, ask=lambda _: b"mule").sign(PAYLOAD)
    assert "passphrase" in str(refused.value)
    assert "mule" not in str(refused.value)


def test_of_several_keys_the_one_that_is_trusted_signs(desk: Path) -> None:
    ssh(desk), pem(desk, "other")
    card = pem(desk)
    assert good(Keyring(keys=(trusted(card),))) == card.key


def test_of_several_keys_of_one_person_the_one_for_the_role_signs(desk: Path) -> None:
    manager, issuer = pem(desk, "a"), pem(desk, "b")
    ring = Keyring(keys=(trusted(manager), trusted(issuer, "Li Wei", "rehearsal issuer")))
    assert good(ring) == manager.key
    assert good(ring, role="rehearsal issuer") == issuer.key
    assert good(ring, role="customer") == manager.key


def test_keys_of_several_people_need_a_word(desk: Path) -> None:
    li, nadia = pem(desk, "li"), pem(desk, "nadia")
    ring = Keyring(keys=(trusted(li), trusted(nadia, "Nadia Costa")))
    with pytest.raises(
        UsageFault, match=r"Keys of several people are at hand \(Li Wei: .*li.pem; Nadia Costa: .*--key FILE"
    ):
        signer_for(ring, now=NOW)
    assert good(ring, given=desk / ".config/orch/nadia.pem") == nadia.key


def test_the_environment_names_a_key(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem(desk)
    nadia = pem(desk, "nadia")
    monkeypatch.setenv("ORCH_KEY", str(desk / ".config/orch/nadia.pem"))
    assert good(Keyring(keys=(trusted(nadia),))) == nadia.key


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        ({"revoked_at": TRUSTED_AT, "revoked_by": "Ada", "revoked_because": "lost"}, "was revoked"),
        ({"expires": NOW}, "expired"),
        ({"holder": "machine", "roles": ()}, "is a key of a machine, and this is for a person"),
    ],
)
def test_a_key_that_does_not_count_is_not_used_and_says_why(
    desk: Path, words: dict[str, Any], finding: str
) -> None:
    card = pem(desk)
    with pytest.raises(Refused) as refused:
        signer_for(Keyring(keys=(trusted(card, **words),)), now=NOW)
    assert finding in str(refused.value)
    assert card.key[:16] in str(refused.value)


@pytest.mark.parametrize("holder", ["person", "machine"])
def test_a_machine_signs_with_its_key_and_a_person_with_theirs(desk: Path, holder: Holder) -> None:
    own, machine = pem(desk, "li"), pem(desk, "timer")
    ring = Keyring(keys=(trusted(own), trusted(machine, "deploy1", holder="machine", roles=())))
    assert good(ring, holder=holder) == {"person": own, "machine": machine}[holder].key


def test_a_rehearsal_is_certified_by_whoever_has_the_role(desk: Path) -> None:
    own, machine = pem(desk, "li"), pem(desk, "builder")
    issuing = trusted(machine, "builder1", holder="machine", roles=("rehearsal issuer",))
    ring = Keyring(keys=(trusted(own), issuing))
    assert good(ring, holder=None, role="rehearsal issuer") == machine.key
    with pytest.raises(UsageFault, match="Keys of several people"):
        signer_for(ring, now=NOW, holder=None)


def test_no_key_that_is_trusted_names_each_and_what_to_do(desk: Path) -> None:
    own, other = pem(desk), ssh(desk)
    stranger = trusted(own).model_copy(update={"key": "0" * 64})
    with pytest.raises(Refused) as refused:
        signer_for(Keyring(keys=(stranger,)), now=NOW)
    words = str(refused.value)
    assert f"{own.key[:16]} ({desk}/.config/orch/key.pem) is not trusted" in words
    assert f"{other.key[:16]} ({desk}/.ssh/id_ed25519) is not trusted" in words
    assert f"orch keys trust {desk}/.config/orch/key.pub.json --person NAME --role ROLE" in words


def test_no_key_at_all_says_how_to_get_one(desk: Path) -> None:
    ring = Keyring(keys=(trusted(ssh(desk / "elsewhere")),))
    with pytest.raises(Refused, match=r"No key is at hand .* orch keys new, or take an ssh key"):
        signer_for(ring, now=NOW)
    with pytest.raises(NotFound, match="make one with orch keys new"):
        signer_for(Keyring(), now=NOW)


def test_a_file_that_others_can_read_is_not_used_and_named(desk: Path) -> None:
    card = ssh(desk)
    (desk / ".ssh/id_ed25519").chmod(0o644)
    with pytest.raises(Refused, match=r"id_ed25519 is open to others than its owner"):
        signer_for(Keyring(keys=(trusted(card),)), now=NOW)
    assert good(Keyring(keys=(trusted(card), trusted(pem(desk)))))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END", b"\xff\0"]
)
def test_a_file_that_is_no_key_is_refused_in_words(desk: Path, content: bytes) -> None:
    file = desk / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(UsageFault, match=r"key: .*[Nn]o private key can be read from it"):
        signer_for(Keyring(), file, now=NOW)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("ssh-ed25519-cert-v01@openssh.com AAAA li", "not a certificate of one"),
        ('command="ls" {line}', "a key without options"),
        ("{line}\n{line}", "one key, and there are several lines"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "give the .pub file beside"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "a public key in one line"),
        ("ssh-dss AAAA", "ssh-keygen -t ed25519"),
        ("hello", "an ssh public key of the type"),
        ("", "a file that orch wrote"),
    ],
)
def test_a_public_key_file_that_cannot_be_trusted_says_why(desk: Path, content: str, words: str) -> None:
    line = ssh_keygen(desk / "id").read_text().strip()
    (desk / "given.pub").write_text(content.replace("{line}", line))
    with pytest.raises(PlanFault) as refused:
        read_card(desk / "given.pub")
    assert words in str(refused.value)
    assert str(desk / "given.pub") in str(refused.value)


def test_a_comment_and_blank_lines_are_no_part_of_a_key(desk: Path) -> None:
    line = ssh_keygen(desk / "id").read_text().strip()
    (desk / "given.pub").write_text(f"# Li's\n\n  {line}\n")
    card = read_card(desk / "given.pub")
    assert (card.public, card.person, card.kind) == (" ".join(line.split()[:2]), None, "sshsig")


def test_a_public_half_of_another_key_is_noticed(desk: Path) -> None:
    pem(desk, "key", b"horse")
    other = pem(desk / "elsewhere")
    write_whole(card_file(desk / ".config/orch/key.pem"), other)
    with pytest.raises(OrchError, match=r"the public half beside it is"):
        signer_for(Keyring(keys=(trusted(other),)), now=NOW, ask=lambda _: b"horse").sign(PAYLOAD)
