"""Messages of other tools on the journal of the house: said by the webhook, signed by nobody, and written once."""

from __future__ import annotations

from orchestrator.domain.journal.events import HOUSE, IncidentRecorded
from orchestrator.domain.rules.incident_map import SAME_NAMES
from orchestrator.engine.use_cases.incident_messages import take_message
from tests.worlds.fleet import PEOPLE, Fleet
from tests.worlds.people import keyring_of
from tests.worlds.webhooks import INCIDENT


def codes(fleet: Fleet, *messages: object) -> list[str]:
    return [take_message(fleet.ports, each, SAME_NAMES, "webhook:desk").code for each in messages]


def written(fleet: Fleet) -> list[IncidentRecorded]:
    events = [record.event for record in fleet.ports.journal.read(HOUSE)]
    return [event for event in events if isinstance(event, IncidentRecorded)]


def test_it_is_said_by_the_webhook_and_signed_by_nobody_also_where_keys_are_trusted() -> None:
    fleet = Fleet()
    fleet.keys.ring = keyring_of(PEOPLE)
    assert codes(fleet, INCIDENT) == ["taken"]
    [event] = written(fleet)
    assert (event.source, event.by) == ("webhook:desk", "webhook:desk")
    assert event.spoken is not None
    assert event.spoken.signed is None


def test_what_is_known_is_not_written_again_and_what_changed_is() -> None:
    fleet = Fleet()
    closed = {"id": "INC-1", "closed": "2026-03-04T08:10:00Z"}
    assert codes(fleet, INCIDENT, INCIDENT, closed, closed) == ["taken", "unchanged", "taken", "unchanged"]
    last = written(fleet)[-1].incident
    assert (last.title, last.service, last.closed is not None) == ("The till hangs", "shop", True)


def test_what_is_no_incident_is_refused_and_nothing_is_written() -> None:
    fleet = Fleet()
    wrong = [
        "text",
        1,
        None,
        [INCIDENT],
        {},
        {"id": "INC-2"},
        {**INCIDENT, "opened": "x"},
        {**INCIDENT, "id": "a b"},
    ]
    assert codes(fleet, *wrong) == ["incident"] * len(wrong)
    assert written(fleet) == []
