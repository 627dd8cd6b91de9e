"""Old events fold with new code; what cannot be understood is said, with its number."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, text

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.forms import Upcast, revived, stored
from orchestrator.adapters.store.tables import EVENTS, SCHEMA, STEPS
from orchestrator.domain.journal.events import UPCASTS, VERSION, Event, Paused, Submitted
from orchestrator.errors import StoreFault
from tests.fakes.clock import FakeClock
from tests.store.every_event import EVERY_EVENT, every_kind

NEW = '{"kind":"paused","by":"ann","reason":"lunch"}'


def test_the_samples_cover_every_kind() -> None:
    assert [event.kind for event in EVERY_EVENT] == list(dict.fromkeys(event.kind for event in EVERY_EVENT))
    assert {event.kind for event in EVERY_EVENT} == every_kind()


def test_every_earlier_version_has_its_upcast() -> None:
    assert sorted(UPCASTS) == list(range(1, VERSION))


def test_an_old_event_takes_every_step_to_the_present_form() -> None:
    steps: dict[int, Upcast] = {
        1: lambda event: {("why" if key == "cause" else key): value for key, value in event.items()},
        2: lambda event: {("reason" if key == "why" else key): value for key, value in event.items()},
    }
    old = '{"kind":"paused","by":"ann","cause":"lunch"}'
    event = revived(old, 1, present=3, upcasts=steps)
    assert event == Paused(by="ann", reason="lunch")
    assert revived(NEW, 3, present=3, upcasts=steps) == event


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.kind)
def test_every_kind_passes_through_an_upcast_that_changes_nothing(event: Event) -> None:
    assert revived(stored(event), 1, present=2, upcasts={1: lambda content: content}) == event


@pytest.mark.parametrize(
    ("body", "version", "complaint"),
    [
        (NEW, VERSION + 1, "newer orch"),
        ('{"kind":"paused","by":"ann"}', VERSION, "reason"),
        ('{"kind":"paused","by":"ann","reason":"lunch","extra":1}', VERSION, "extra"),
        ('{"kind":"danced"}', VERSION, "danced"),
        (NEW[:-5], VERSION, "damaged"),
        ("", VERSION, "damaged"),
        (NEW, 0, "damaged"),
    ],
)
def test_what_cannot_be_understood_is_a_store_fault_that_names_the_event(
    tmp_path: Path, body: str, version: int, complaint: str
) -> None:
    journal = SqlJournal(tmp_path / "store", FakeClock())
    journal.append("d1", 0, [Submitted(by="ann"), Paused(by="ann", reason="lunch")])
    other = create_engine(f"sqlite:///{tmp_path}/store/journal.sqlite")
    with other.begin() as connection:
        changed = text("UPDATE events SET body = :body, version = :version WHERE seq = 2")
        connection.execute(changed, {"body": body, "version": version})
    with pytest.raises(StoreFault, match=complaint) as fault:
        journal.read("d1")
    assert "Event 2 of d1" in str(fault.value)
    assert "\n" not in str(fault.value)
    other.dispose()
    journal.close()


def test_the_stored_row_is_plain_json_and_text(tmp_path: Path) -> None:
    journal = SqlJournal(tmp_path / "store", FakeClock())
    journal.append("d1", 0, [Paused(by="ann", reason="lunch")])
    with create_engine(f"sqlite:///{tmp_path}/store/journal.sqlite").connect() as connection:
        row = connection.execute(text("SELECT * FROM events")).one()
    assert tuple(row)[:5] == ("d1", 1, "2026-03-02T22:00:00.000000+00:00", VERSION, "paused")
    assert json.loads(row.body) == {**json.loads(NEW), "spoken": None}
    journal.close()


def test_tables_of_an_earlier_orch_take_the_steps_they_lack(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o700)
    engine = create_engine(f"sqlite:///{tmp_path}/store/journal.sqlite")
    with engine.begin() as connection:
        STEPS[0](connection)
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA), {"version": 1})
        row = {"deployment": "d1", "seq": 1, "at": "2026-03-02T22:00:00.000000+00:00", "version": 1}
        connection.execute(insert(EVENTS), {**row, "kind": "paused", "body": NEW})
    journal = SqlJournal(tmp_path / "store", FakeClock())
    assert [record.event for record in journal.read("d1")] == [Paused(by="ann", reason="lunch")]
    journal.close()
    with engine.connect() as connection:
        steps = list(connection.scalars(select(SCHEMA.c.version)))
    assert steps == list(range(1, len(STEPS) + 1))
    engine.dispose()
