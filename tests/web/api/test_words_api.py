"""Words over the API: by a signature where keys are trusted, by a token only pause and hold, and never for somebody else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.domain.authority.access import Access
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.authority.word import Verb, WordStatement, content_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.engine.ports import Ports
from orchestrator.engine.seal_ports import NoSeals, Seals
from tests.fakes.authority import FakeKeys
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.repeats import FakeRepeats
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAME = "app-2.0"
WORDS = f"/api/v1/deployments/{NAME}/words"


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    journal.append(NAME, 0, ready_to_deploy())
    made = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    return made.__class__(**{**vars(made), "repeats": FakeRepeats()})


def client(ports: Ports, who: Access) -> TestClient:
    return TestClient(
        served(ports, OpenDoors(who)), base_url="http://orch.test", headers={"x-orch-csrf": CSRF}
    )


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"event": {"kind": kind, "by": "Ann", "reason": "why not", **fields}}


TOKEN = access("practitioner").model_copy(update={"channel": "token"})


def kinds(ports: Ports) -> list[str]:
    return [record.event.kind for record in ports.journal.read(NAME)]


def test_a_token_pauses_and_does_nothing_else_by_itself(ports: Ports) -> None:
    ask = client(ports, TOKEN)
    assert ask.post(WORDS, json=event("paused")).status_code == 201
    assert ask.post(WORDS, json=event("resumed")).status_code == 403
    assert ask.post(WORDS, json=event("abort_requested")).status_code == 403
    assert kinds(ports)[-1] == "paused"


def test_a_person_is_named_by_the_login_and_not_by_what_comes(ports: Ports) -> None:
    assert (
        client(ports, access("practitioner")).post(WORDS, json=event("paused", by="Eve")).status_code == 201
    )
    paused = ports.journal.read(NAME)[-1].event
    assert isinstance(paused, e.Paused)
    assert paused.by == "Ann"
    assert paused.spoken is not None
    assert paused.spoken.speaker.web_person == "Ann"


def test_a_request_that_is_sent_twice_is_done_once(ports: Ports) -> None:
    ask = client(ports, TOKEN)
    headers = {"idempotency-key": "one"}
    first, second = (ask.post(WORDS, json=event("paused"), headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert kinds(ports).count("paused") == 1
    other = ask.post(WORDS, json=event("paused", reason="another"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key")


def test_a_state_that_changed_meanwhile_is_told(ports: Ports) -> None:
    ask = client(ports, TOKEN)
    assert ask.post(WORDS, json=event("paused"), headers={"if-match": '"1"'}).status_code == 412
    assert "paused" not in kinds(ports)


@pytest.mark.parametrize("kind", ["attempt_intended", "approved", "window_opened", "planned", "nonsense", ""])
def test_no_other_event_is_taken(ports: Ports, kind: str) -> None:
    answer = client(ports, access("practitioner")).post(WORDS, json=event(kind))
    assert (answer.status_code, answer.json()["code"]) == (422, "faults")


@pytest.mark.parametrize(("kind", "begun"), [("abort_requested", [NAME]), ("paused", [])])
def test_what_moves_a_deployment_is_driven_on_and_what_only_pauses_is_not(
    ports: Ports, kind: str, begun: list[str]
) -> None:
    drivers = FakeDrivers(lambda deployment, by: None)
    app = served(ports, OpenDoors(access("practitioner")), drivers=drivers)
    ask = TestClient(app, base_url="http://orch.test", headers={"x-orch-csrf": CSRF})
    assert ask.post(WORDS, json=event(kind)).status_code == 201
    assert drivers.begun == begun


def test_a_viewer_says_nothing(ports: Ports) -> None:
    assert client(ports, access("viewer")).post(WORDS, json=event("paused")).status_code == 403


FOUND = SealFinding("seal.event_changed", 3)


class Broken(NoSeals):
    """One event of each record is not what was sealed."""

    def looks(self, deployments: Sequence[str]) -> list[SealLook]:
        return [SealLook(name, (FOUND,)) for name in deployments]


@pytest.mark.parametrize(
    ("seals", "damage", "status"),
    [
        (NoSeals(), [("seal.event_changed", 3)], 409),
        (Broken(), [("seal.event_changed", 3)], 201),
        (Broken(), [("seal.event_changed", 4)], 409),
        (Broken(), [("seal.event_changed", 3), ("seal.event_missing", 3)], 409),
        (Broken(), [], 409),
    ],
)
def test_what_is_accepted_of_a_record_is_what_is_found_of_it(
    ports: Ports, seals: Seals, damage: list[tuple[str, int]], status: int
) -> None:
    there = ports.__class__(**{**vars(ports), "seals": seals})
    word = event("seal_accepted", damage=[{"code": code, "event": number} for code, number in damage])
    assert client(there, access("viewer")).post(WORDS, json=word).status_code == 403
    assert (
        client(there, access("deployment manager", "change manager")).post(WORDS, json=word).status_code
        == status
    )
    assert kinds(ports).count("seal_accepted") == (status == 201)


class Signed:
    """A word that Ann signed with a key of her own."""

    def __init__(self, ports: Ports, tmp_path: Path) -> None:
        self.key = SigningKey.new()
        trusted = TrustedKey(
            key=self.key.key,
            public=self.key.public,
            person="Ann",
            roles=("deployment practitioner",),
            trusted_at=NOW,
            trusted_by="Ada",
        )
        assert isinstance(ports.keys, FakeKeys)
        ports.keys.ring = Keyring(keys=(trusted,))

    def body(self, event: e.Event, verb: Verb, subject: str = NAME, person: str = "Ann") -> dict[str, Any]:
        word = WordStatement(
            verb=verb,
            subject=subject,
            content=content_of(event),
            person=person,
            key=self.key.key,
            made_at=NOW,
            nonce="0" * 32,
        )
        spoken = {"speaker": {"uid": 0}, "signed": json.loads(self.key.speak(word).model_dump_json())}
        return {"event": {**json.loads(event.model_dump_json()), "spoken": spoken}}


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 201), ({"subject": "app-9.9"}, 409), ({"verb": "abort"}, 409), ({"person": "Bob"}, 403)],
)
def test_a_signed_word_counts_with_a_token_and_only_as_it_was_signed(
    ports: Ports, tmp_path: Path, changed: dict[str, Any], status: int
) -> None:
    signed = Signed(ports, tmp_path)
    holding = e.DeploymentHeld(by="Ann", reason="look first")
    body = signed.body(holding, **{"verb": "hold", **changed})
    assert client(ports, TOKEN).post(WORDS, json=body).status_code == status


def test_a_signed_word_with_another_reason_is_refused(ports: Ports, tmp_path: Path) -> None:
    signed = Signed(ports, tmp_path)
    body = signed.body(e.DeploymentHeld(by="Ann", reason="look first"), "hold")
    body["event"]["reason"] = "another"
    assert client(ports, TOKEN).post(WORDS, json=body).status_code == 409


def test_a_signature_counts_for_nothing_where_its_key_is_not_trusted(ports: Ports, tmp_path: Path) -> None:
    """Also where no key is trusted, so that nothing would have to be signed: the token still decides nothing."""
    signed = Signed(ports, tmp_path)
    body = signed.body(e.AbortRequested(by="Ann", reason="enough"), "abort")
    assert isinstance(ports.keys, FakeKeys)
    ports.keys.ring = Keyring()
    assert client(ports, TOKEN).post(WORDS, json=body).status_code == 403
    assert "abort_requested" not in kinds(ports)
