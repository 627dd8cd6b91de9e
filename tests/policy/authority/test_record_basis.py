"""What an auditor asks of a record first: each answer, also where it is that there is nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from orchestrator.adapters.report import html_record, text_record
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.authority.record_basis import DIGESTS_DIFFER, basis_of, wave_lines
from tests.journals.corpus import NAMES, folded, recorded
from tests.worlds.fleet import APPROVED, shop_fleet


def lines_of(records: list[Recorded], row: str) -> str:
    return "\n".join(next(each.lines for each in basis_of(fold(records), records) if each.name == row))


def changed(records: list[Recorded], kind: type[e.Event], **changes: object) -> list[Recorded]:
    """The journal with these fields of its events of one kind changed."""
    return [
        r.model_copy(update={"event": r.event.model_copy(update=changes)}) if isinstance(r.event, kind) else r
        for r in records
    ]


def test_the_rehearsal_is_the_one_that_admission_named() -> None:
    covers = Ground(
        code="rehearsal.covers",
        values={"environment": "staging", "at": "2026-02-20T10:00:00+00:00", "deployments": "shop-1, shop-2"},
    )
    records = changed(recorded("completed_phased"), e.WindowOpened, reasons=(covers,))
    assert "rehearsed in staging at 2026-02-20T10:00:00+00:00 (shop-1, shop-2)" in lines_of(
        records, "rehearsal"
    )
    assert "it rests on none" not in lines_of(records, "rehearsal")


def test_a_rehearsal_that_nobody_asked_for_is_told_as_none() -> None:
    assert lines_of(recorded("residue"), "rehearsal") == "it rests on none; no policy asks for one"


def test_the_software_of_each_driver_is_told_where_it_changes() -> None:
    fleet = shop_fleet(None)
    d = fleet.deploy(**APPROVED)
    took = fleet.events(d, e.DriverTook)
    assert [event.software for event in took] == [
        {"orch": "7.0", "python": "3.11.2", "ansible-core": "2.19.4"}
    ]
    records = fleet.ports.journal.read(d.id)
    assert lines_of(records, "software").startswith("orch 7.0, python 3.11.2, ansible-core 2.19.4, from 20")


def test_an_older_journal_does_not_know_its_software() -> None:
    assert "not on record: an earlier version of orch drove it" in lines_of(recorded("held"), "software")


def test_the_policy_is_told_with_its_windows_and_roles() -> None:
    fleet = shop_fleet(None)
    fleet.rule(
        windows=[
            {
                "name": "night",
                "zone": "Europe/Berlin",
                "starts": "2026-01-05T22:00",
                "ends": "2026-01-06T02:00",
            }
        ],
        approvals={"before": ["change manager"], "after": ["customer"]},
    )
    d = fleet.schedule(fleet.ports.clock.now() + timedelta(days=1))
    words = lines_of(fleet.ports.journal.read(d.id), "policy")
    assert "window night: 2026-01-05T22:00 to 2026-01-06T02:00 Europe/Berlin" in words
    assert "before: change manager" in words
    assert "after (sign-off): customer" in words


@pytest.mark.parametrize("name", NAMES)
def test_each_wave_has_its_line_in_every_form(name: str) -> None:
    d, records = folded(name), recorded(name)
    lines = list(wave_lines(d.waves))
    assert len(lines) == len(d.waves)
    text, page = text_record(records, records[-1].at), html_record(records, records[-1].at)
    for wave, line in zip(d.waves, lines, strict=True):
        assert line.startswith(f"{wave.name} ({len(wave.hosts)}): ")
        assert line in text
    for heading in ("What it rests on", "Waves"):
        assert f"\n{heading}\n" in text
        assert f">{heading}</h2>" in page


def test_two_digests_beside_equal_are_explained() -> None:
    records = recorded("pilot_backed_out")
    assert DIGESTS_DIFFER in text_record(records, records[-1].at)
    assert DIGESTS_DIFFER in html_record(records, records[-1].at)


CLOCK = re.compile(r"(?<![-\d]\d{2}[ T])\b\d\d:\d\d:\d\d\b")


@pytest.mark.parametrize("name", NAMES)
def test_no_clock_stands_without_its_date(name: str) -> None:
    records = recorded(name)
    page = re.sub(r'<pre class="json">.*?</pre>', "", html_record(records, records[-1].at), flags=re.S)
    assert CLOCK.findall(page) == []
    assert CLOCK.findall(text_record(records, records[-1].at)) == []
