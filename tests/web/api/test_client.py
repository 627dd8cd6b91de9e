"""The command line as a client of a real server over HTTP: it looks and decides, and drives nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.cli.main import run
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.policy.authority.late_backout import backout_digest
from tests.fakes.authority import FakeKeys
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned, ready_to_deploy
from tests.journals.corpus import recorded
from tests.worlds.api_server import answering
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.ports import ports_over
from tests.worlds.served import TOKEN, BearerDoors, access

TRUSTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "app-2.0"


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    clock = SystemClock()
    journal = SqlJournal(tmp_path / "home", clock)
    journal.append(NAME, 0, ready_to_deploy())
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


@pytest.fixture
def url(ports: Ports, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    doors = BearerDoors(access("practitioner", "deployment manager").model_copy(update={"channel": "token"}))
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ORCH_HOME", raising=False)
    with answering(ports, doors) as address:
        yield address


def trusted_key(ports: Ports, tmp_path: Path, role: str) -> Path:
    """The file of a key of Ann's, trusted in this role."""
    key, file = SigningKey.new(), tmp_path / "key.pem"
    file.write_bytes(key.pem())
    file.chmod(0o600)
    trusted = TrustedKey(
        key=key.key,
        public=key.public,
        person="Ann",
        roles=(role,),
        trusted_at=TRUSTED_AT,
        trusted_by="Ada",
    )
    assert isinstance(ports.keys, FakeKeys)
    ports.keys.ring = Keyring(keys=(trusted,))
    return file


def orch(*words: str) -> int:
    return run(list(words))


def test_it_looks(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch("--server", url, "list") == 0
    assert NAME in capsys.readouterr().out
    assert orch("--server", url, "status", NAME) == 0
    assert "app 2.0" in capsys.readouterr().out
    assert orch("--server", url, "status", NAME, "--json") == 0
    assert orch("--server", url, "record", "show", NAME) == 0
    assert "Serve the new price list" in capsys.readouterr().out


def test_it_pauses(url: str, ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch("--server", url, "pause", NAME, "--reason", "lunch") == 0
    assert ports.journal.read(NAME)[-1].event.kind == "paused"


def test_it_signs_here_what_is_decided_there(
    url: str, ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = trusted_key(ports, tmp_path, "deployment practitioner")
    assert orch("--server", url, "pause", NAME, "--reason", "lunch", "--key", str(file)) == 0
    assert orch("--server", url, "resume", NAME, "--reason", "on", "--key", str(file)) == 0
    kinds = [record.event.kind for record in ports.journal.read(NAME)]
    assert kinds[-2:] == ["paused", "resumed"]


def waiting_for(role: str) -> list[e.Event]:
    """A deployment of a plan that asks this role for its approval."""
    tree = plan_tree() | {"approval": {"required": [role]}}
    ready = prepared(plan_of(tree), targets_named("web1", "web2"))
    first = planned(("web1", "web2"), tree).model_copy(update={"effective": ready.effective})
    return [first.model_copy(update={"by": "bo"}), e.Submitted(by="bo")]


def test_it_approves_by_its_own_key(url: str, ports: Ports, tmp_path: Path) -> None:
    file = trusted_key(ports, tmp_path, "change manager")
    ports.journal.append("app-3.0", 0, waiting_for("change manager"))
    words = ["--reason", "looked at", "--key", str(file), "--yes"]
    assert orch("--server", url, "approve", "app-3.0", "--as", "service owner", *words) == 4
    assert orch("--server", url, "approve", "app-3.0", "--as", "change manager", *words) == 0
    given = ports.journal.read("app-3.0")[2].event
    assert isinstance(given, e.ApprovalGiven)
    assert (given.signed.approval.person, given.by) == ("Ann", "Ann")


def test_it_agrees_to_a_backout_by_its_own_key(url: str, ports: Ports, tmp_path: Path) -> None:
    file = trusted_key(ports, tmp_path, "change manager")
    first, *rest = [record.event for record in recorded("completed_phased")]
    assert isinstance(first, e.Planned)
    tree = plan_tree() | {"approval": {"required": ["change manager"]}}
    ready = prepared(plan_of(tree), targets_named("web1", "web2"))
    ports.journal.append("app-1.0", 0, [first.model_copy(update={"effective": ready.effective}), *rest])
    words = [
        "--roll-back",
        "--as",
        "change manager",
        "--reason",
        "prices are wrong",
        "--key",
        str(file),
        "--yes",
    ]
    assert orch("--server", url, "approve", "app-1.0", *words) == 0
    given = ports.journal.read("app-1.0")[-1].event
    assert isinstance(given, e.ApprovalGiven)
    assert given.signed is not None
    statement = given.signed.approval
    assert (statement.decision, statement.person) == ("roll_back", "Ann")
    assert statement.plan_digest == backout_digest(folded(ports.journal, "app-1.0"))


@pytest.mark.parametrize(
    ("server", "code", "words"),
    [
        ("http://orch.example.org", 2, "not encrypted"),
        ("orch.example.org", 2, "expected a URL"),
        ("http://127.0.0.1:9", 13, "does not answer"),
    ],
)
def test_a_server_that_cannot_be_asked_is_told(
    server: str, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    assert orch("--server", server, "list") == code
    assert words in capsys.readouterr().err


def test_without_a_token_it_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ORCH_TOKEN", raising=False)
    assert orch("--server", "https://orch.example.org", "list") == 2
    assert "ORCH_TOKEN" in capsys.readouterr().err


def test_a_foreign_token_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_TOKEN", "another")
    assert orch("--server", url, "list") == 4
    assert "does not know your token" in capsys.readouterr().err
