"""Which planned releases a change touches: a table over one small schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.calendar.impact import PlannedChange, names_on_record, reaches, touched_releases
from tests.histories import planned
from tests.worlds.plans import plan_tree

NOON = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)


def deployment(
    name: str, hosts: tuple[str, ...], release: dict[str, object], starts: float | None, *more: e.Event
) -> Deployment:
    tree = plan_tree()
    tree["release"] |= release
    tree["strategy"]["waves"] = ["rest"]
    laid = {
        "mode": "scheduled",
        "starts": NOON + timedelta(hours=starts) if starts is not None else None,
        "machines": {host: f"id-of-{host}" for host in hosts},
    }
    events = [planned(hosts, tree).model_copy(update=laid), e.Submitted(by="ann"), *more]
    return fold(Recorded(deployment=name, seq=n, at=NOON, event=event) for n, event in enumerate(events, 1))


SCHEDULE = (
    deployment("late", ("web1", "web2"), {"service": "shop", "depends_on": ["pay 7 or newer"]}, 5),
    deployment("soon", ("pay1",), {"service": "pay", "depends_on": ["ledger"], "cis": ["vault", "vip-9"]}, 1),
    deployment("open", ("db1",), {"service": "ledger", "removes": ["old report"]}, None),
    deployment("gone", ("web1",), {"service": "shop"}, 2, e.DeploymentCancelled(by="ann", reason="no")),
)
ROWS: list[tuple[str, PlannedChange, list[str]]] = [
    ("a configuration item", PlannedChange(cis=("vip-9",)), ["soon ci vip-9"]),
    ("a configuration item in capitals", PlannedChange(cis=("VIP-9",)), ["soon ci vip-9"]),
    ("a configuration item of nobody", PlannedChange(cis=("vip-8",)), []),
    ("a removed component", PlannedChange(cis=("old report",)), ["open removed old report"]),
    ("a host as configuration item", PlannedChange(cis=("db1",)), ["open host db1"]),
    ("a unit", PlannedChange(cis=("app",)), ["soon unit app", "late unit app", "open unit app"]),
    (
        "a service that others need",
        PlannedChange(services=("ledger",)),
        ["soon depends_on pay > ledger", "late depends_on shop > pay 7 or newer > ledger", "open service ledger"],
    ),
    (
        "a service that needs others",
        PlannedChange(services=("shop",)),
        ["soon needed_by shop > pay 7 or newer", "late service shop", "open needed_by shop > pay 7 or newer > ledger"],
    ),
    ("a service as configuration item", PlannedChange(cis=("pay",)),
     ["soon service pay", "late depends_on shop > pay 7 or newer", "open needed_by pay > ledger"]),
    ("a host", PlannedChange(machines=("web2",)), ["late host web2"]),
    ("a machine", PlannedChange(machines=("id-of-web2",)), ["late machine web2"]),
    ("an address", PlannedChange(machines=("10.0.0.2",)), ["late machine web2"]),
    ("a group", PlannedChange(machines=("first",)),
     ["soon group pay1", "late group web1", "open group db1"]),
    ("a group is no configuration item", PlannedChange(cis=("first",)), []),
    ("several at once", PlannedChange(cis=("vault",), machines=("web1",)), ["soon ci vault", "late host web1"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_row(what: str, change: PlannedChange, expected: list[str]) -> None:
    lines = [
        f"{release.id} {touch.relation} {touch.what}"
        for release in touched_releases(change, SCHEDULE, NOON, {})
        for touch in release.touches
    ]
    assert lines == expected


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (None, None, ["soon", "late", "open"]),
        (4, None, ["late", "open"]),
        (None, 3, ["soon", "open"]),
        (4, 4.9, ["open"]),
        (0, 9, ["soon", "late", "open"]),
        (5, 5.1, ["late", "open"]),
    ],
)
def test_a_range_leaves_out_what_cannot_run_in_it(
    begins: float | None, ends: float | None, expected: list[str]
) -> None:
    first, last = (None if hours is None else NOON + timedelta(hours=hours) for hours in (begins, ends))
    touched = touched_releases(PlannedChange(services=("pay",)), SCHEDULE, NOON, {})
    assert [release.id for release in touched if reaches(release, first, last)] == expected


def test_names_on_record_are_those_that_a_change_may_have() -> None:
    names = names_on_record(SCHEDULE)
    assert {"vip-9", "ledger", "web2", "id-of-web2", "10.0.0.1", "first", "old report", "app"} <= names
