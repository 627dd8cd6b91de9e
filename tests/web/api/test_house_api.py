"""What concerns every deployment, over the API: read by those who see all of it, said by a right or by a signature."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.domain.authority.access import Access
from orchestrator.domain.authority.people import PersonAdded
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.authority.word import WordStatement, content_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.lookup.known_incidents import known_incidents
from orchestrator.engine.ports import Ports
from tests.fakes.authority import FakeKeys
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.repeats import FakeRepeats
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
WORDS, EVENTS = "/api/v1/house/words", "/api/v1/house/events"
INCIDENT = {"id": "INC-1", "title": "No prices", "opened": "2026-11-30T10:00:00Z"}


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    journal.append("app-2.0", 0, ready_to_deploy())
    journal.append(HOUSE, 0, [e.PeopleChanged(change=PersonAdded(login="bo", name="Bo"), by="ada")])
    made = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    return made.__class__(**{**vars(made), "repeats": FakeRepeats()})


def client(ports: Ports, who: Access) -> TestClient:
    return TestClient(
        served(ports, OpenDoors(who)), base_url="http://orch.test", headers={"x-orch-csrf": CSRF}
    )


def token(*roles: str) -> Access:
    return access(*roles).model_copy(update={"channel": "token", "allowed": ("start", "schedule")})


def incident(**fields: Any) -> dict[str, Any]:
    return {
        "event": {"kind": "incident_recorded", "incident": INCIDENT, "source": "pager", "by": "x", **fields}
    }


@pytest.mark.parametrize(("role", "kinds"), [("viewer", []), ("administrator", ["people_changed"])])
def test_what_is_about_people_is_read_by_those_who_may_see_them(
    ports: Ports, role: str, kinds: list[str]
) -> None:
    items = client(ports, access(role)).get(EVENTS).json()["items"]
    assert [item["event"]["kind"] for item in items] == kinds


def test_whoever_sees_a_part_reads_nothing_of_the_house(ports: Ports) -> None:
    ask = client(ports, access("viewer", environment="live"))
    for path in (EVENTS, "/api/v1/cmdb/updates", f"/api/v1/baselines/{'0' * 64}"):
        assert ask.get(path).status_code == 403


def test_an_incident_is_written_down_by_whoever_may_review(ports: Ports) -> None:
    assert client(ports, access("viewer")).post(WORDS, json=incident()).status_code == 403
    assert client(ports, token("deployment manager")).post(WORDS, json=incident()).status_code == 403
    assert client(ports, access("deployment manager")).post(WORDS, json=incident()).status_code == 201
    assert "INC-1" in known_incidents(ports.journal)
    recorded = ports.journal.read(HOUSE)[-1].event
    assert isinstance(recorded, e.IncidentRecorded)
    assert recorded.by == "Ann"


@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("emergency_stopped", "practitioner", 201),
        ("emergency_stopped", "change manager", 403),
        ("people_changed", "practitioner", 422),
        ("policy_adopted", "practitioner", 422),
        ("planned", "practitioner", 422),
    ],
)
def test_words_of_the_house_ask_for_their_right(ports: Ports, kind: str, role: str, status: int) -> None:
    body = {"event": {"kind": kind, "by": "x", "reason": "fire"}}
    assert client(ports, access(role)).post(WORDS, json=body).status_code == status


def test_a_role_for_some_of_it_stops_nothing_of_the_house(ports: Ports) -> None:
    grants = (*access("viewer").grants, *access("practitioner", environment="test").grants)
    ask = client(ports, access("viewer").model_copy(update={"grants": grants}))
    body = {"event": {"kind": "emergency_stopped", "by": "x", "reason": "fire"}}
    assert ask.get(EVENTS).status_code == 200
    assert ask.post(WORDS, json=body).status_code == 403


def test_a_token_alone_neither_stops_everything_nor_lifts_the_stop(ports: Ports) -> None:
    ask = client(ports, token("practitioner", "deployment manager"))
    for kind in ("emergency_stopped", "emergency_lifted"):
        body = {"event": {"kind": kind, "by": "x", "reason": "fire"}}
        assert ask.post(WORDS, json=body).status_code == 403


def signed_incident(ports: Ports, *, trusted: bool) -> dict[str, Any]:
    key = SigningKey.new()
    event = e.IncidentRecorded.model_validate({**incident()["event"], "by": "Ann"})
    word = WordStatement(
        verb="incident",
        subject=HOUSE,
        content=content_of(event),
        person="Ann",
        key=key.key,
        made_at=NOW,
        nonce="0" * 32,
    )
    if trusted:
        entry = TrustedKey(
            key=key.key,
            public=key.public,
            person="Ann",
            roles=("deployment manager",),
            trusted_at=NOW,
            trusted_by="Ada",
        )
        assert isinstance(ports.keys, FakeKeys)
        ports.keys.ring = Keyring(keys=(entry,))
    spoken = {"speaker": {"uid": 0}, "signed": json.loads(key.speak(word).model_dump_json())}
    return {"event": {**json.loads(event.model_dump_json()), "spoken": spoken}}


@pytest.mark.parametrize(("trusted", "status"), [(True, 201), (False, 403)])
def test_a_signature_counts_with_a_token_only_by_a_key_that_is_trusted(
    ports: Ports,
    trusted: bool,  # noqa: FBT001 - as pytest calls it
    status: int,
) -> None:
    body = signed_incident(ports, trusted=trusted)
    assert client(ports, token("deployment manager")).post(WORDS, json=body).status_code == status
    assert ("INC-1" in known_incidents(ports.journal)) is trusted
