"""However a word is given, a command asks for the trusted keys once, and verifies each signature once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.bootstrap import clock, ports
from orchestrator.cli.verbs.planning.approve import sign
from orchestrator.cli.verbs.planning.decision import SpokenWord
from orchestrator.cli.verbs.planning.handed_in import take_files
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.engine.ports import Keys, Ports
from tests.cli.office import PEOPLE, Office, office


class CountingKeys(Keys):
    """Real keys, and how often they were asked for: the trusted ones, and what each signature is worth."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.keyrings = 0
        self.verified: Counter[str] = Counter()

    def keyring(self, project: Path | None) -> Keyring:
        self.keyrings += 1
        return self._keys.keyring(project)

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        self.verified.update(signed.approval.person for signed in approvals)
        return self._keys.present(approvals, keyring)

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        return self._keys.heard(words, keyring)

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        return self._keys.certificates(project, keyring)

    def documents(self, files: Sequence[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
        return self._keys.documents(files, keyring)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    return office(tmp_path, monkeypatch, capsys)


def counted() -> tuple[Ports, CountingKeys]:
    """The ports of this home, with keys that count."""
    real = ports()
    keys = CountingKeys(real.keys)
    wired = {field.name: getattr(real, field.name) for field in fields(Ports)}
    return Ports(**{**wired, "keys": keys}), keys


def word(desk: Office, deployment: str | None = None, *files: Path) -> SpokenWord:
    """What Omar says of a deployment; or the words in these files."""
    return SpokenWord(
        deployment=deployment,
        role=PEOPLE["omar"][1] if deployment else None,
        reason="looked at" if deployment else None,
        key=desk.folder / "omar.pem" if deployment else None,
        person=None,
        expires=None,
        plan_digest=None,
        out=None,
        files=files,
        yes=True,
        as_json=False,
        by="ann",
    )


def by_hand(desk: Office, asked: Ports, deployment: str) -> None:
    assert sign(asked, "approve", word(desk, deployment)) == 0


def from_a_file(desk: Office, asked: Ports, deployment: str) -> None:
    file = desk.signed("omar", "approve", deployment)
    assert take_files(asked, word(desk, None, file)) == 0


def from_two_files_of_one_word(desk: Office, asked: Ports, deployment: str) -> None:
    file = desk.signed("omar", "approve", deployment)
    copy = file.with_name("copy.json")
    copy.write_bytes(file.read_bytes())
    assert take_files(asked, word(desk, None, file, copy)) == 0


@pytest.mark.parametrize("scheduled", [False, True], ids=["attended", "scheduled"])
@pytest.mark.parametrize("give", [by_hand, from_a_file, from_two_files_of_one_word])
def test_keys_are_asked_for_once_and_each_signature_is_verified_once(
    desk: Office, give: Callable[[Office, Ports, str], None], *, scheduled: bool
) -> None:
    desk.open("d2", version="2.5.0", starts=clock().now() + timedelta(hours=3) if scheduled else None)
    assert desk.say("approve", "li", "d2") == 0
    asked, keys = counted()
    give(desk, asked, "d2")
    assert (keys.keyrings, keys.verified) == (1, {"Li Wei": 1, "Omar Haddad": 1})
    assert desk.events("d2")[-1] == ("approved" if scheduled else "approval_given")
    assert "Nothing is missing: orch resume d2" in desk.output()
