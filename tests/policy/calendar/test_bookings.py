"""Bookings are what folds of journals say: state, time, machines, and an end that comes from somewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.deployment.authorisation import Authorisation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.calendar.bookings import booking_of, bookings_of, known_machines
from orchestrator.policy.calendar.conflicts import conflicts
from tests.histories import planned
from tests.journals.corpus import NAMES, folded
from tests.worlds.plans import plan_tree

NOON = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=10)


def deployment(
    name: str = "d1",
    *more: e.Event,
    starts: datetime | None = NIGHT,
    machines: dict[str, str] | None = None,
    hosts: tuple[str, ...] = ("web1", "web2"),
    release: dict[str, object] | None = None,
) -> Deployment:
    """A deployment on its journal since noon."""
    tree = plan_tree()
    tree["release"] |= release or {}
    tree["roles"] = {"deployment manager": f"Ann of {name}"}
    laid = {"mode": "scheduled", "starts": starts, "machines": machines or {}}
    events = [planned(hosts, tree).model_copy(update=laid), e.Submitted(by="ann"), *more]
    return fold(Recorded(deployment=name, seq=n, at=NOON, event=event) for n, event in enumerate(events, 1))


def under_freeze(d: Deployment) -> Deployment:
    """The same under the policy that freezes."""
    return d.with_(authority=Authorisation.updated(d.authority, policy=FROZEN))


APPROVED = e.Approved(basis="none asked")
OPENED = e.WindowOpened(basis="none")
VERIFIED = e.ComponentsVerified(digests={}, on_target={})


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ([], "proposed"),
        ([APPROVED], "approved"),
        ([APPROVED, OPENED], "running"),
        ([APPROVED, OPENED, e.DeploymentRefused(stage="environment", reasons=("no",))], "withdrawn"),
        ([e.DeploymentCancelled(by="a", reason="b")], "withdrawn"),
        ([e.Rejected(by="a", reason="b")], "withdrawn"),
    ],
)
def test_state(more: list[e.Event], state: str) -> None:
    booking = booking_of(deployment("d1", *more), NOON, {})
    assert booking is not None
    assert booking.state == state


FROZEN = ReleasePolicy.model_validate(
    {
        "orch": 1,
        "policy": "live",
        "version": 1,
        "title": "Live",
        "windows": [
            {"name": "night", "zone": "UTC", "starts": "2026-06-01T22:00", "lasts": "6h", "repeats": "FREQ=DAILY"}
        ],
        "freezes": [
            {"name": "sale", "zone": "UTC", "starts": "2026-06-06T00:00", "lasts": "1d", "reason": "sale",
             "override": ["owner"]},
        ],
    }
)  # fmt: skip


def lifted(name: str, until: datetime) -> e.ApprovalGiven:
    """The word of somebody that a freeze, or `window`, need not bind."""
    word = ApprovalStatement(
        decision="override", role="owner", person="Nadia", key="a" * 64, plan_digest="b" * 64, subject="d1",
        reason="it burns", overrides=name, made_at=NOON, expires=until, nonce="c" * 32,
    )  # fmt: skip
    return e.ApprovalGiven(
        by="Nadia",
        signed=SignedApproval(approval=word, signature=Signature(key="a" * 64, signature="d" * 128)),
    )


@pytest.mark.parametrize(
    ("starts", "hours", "words", "blocked"),
    [
        (NIGHT, 0, [], ("sale",)),
        (NOON + timedelta(hours=1), 0, [], ("sale", "window")),
        (NIGHT, 0, [lifted("sale", NIGHT + timedelta(days=1))], ()),
        (NIGHT, 0, [lifted("sale", NIGHT - timedelta(minutes=1))], ("sale",)),
        (NIGHT, 0, [lifted("window", NIGHT + timedelta(days=1))], ("sale",)),
        (NIGHT + timedelta(days=1), 0, [], ()),
        (NIGHT, 35, [], ()),
        (NIGHT, 24, [], ("window",)),
    ],
    ids=["a freeze", "both", "overridden", "no longer overridden", "another overridden", "none", "over since", "too late"],
)  # fmt: skip
@pytest.mark.parametrize("state", ["proposed", "approved"])
def test_what_the_calendar_blocks_is_said_whoever_approved_it(
    state: str, starts: datetime, hours: int, words: list[e.Event], blocked: tuple[str, ...]
) -> None:
    events = [*words, *([APPROVED] if state == "approved" else [])]
    d = under_freeze(deployment("d1", *events, starts=starts))
    booking = booking_of(d, NOON + timedelta(hours=hours), {})
    assert booking is not None
    assert (booking.state, booking.blocked_by) == (state, blocked)


def test_what_runs_is_blocked_no_more() -> None:
    d = under_freeze(deployment("d1", APPROVED, OPENED))
    booking = booking_of(d, NOON, {})
    assert booking is not None
    assert (booking.state, booking.blocked_by) == ("running", ())


def test_every_journal_of_the_corpus_has_a_booking_or_no_time() -> None:
    for name in NAMES:
        d = folded(name)
        booking = booking_of(d, d.last_at, {})
        begun = d.state.value not in ("planned", "awaiting approval", "scheduled", "refused", "cancelled")
        assert booking is not None or not begun
        assert booking is None or set(booking.machines.values()) == set(d.standings)


def test_without_a_time_there_is_no_booking() -> None:
    assert booking_of(deployment(starts=None), NOON, {}) is None


def test_the_end_without_measures_is_that_of_the_plans_limits() -> None:
    booking = booking_of(deployment(), NOON, {})
    assert booking is not None
    assert booking.ends is not None
    # two waves: 3600 s there, 3600 s back, and the patience of one check each
    wave = (booking.ends - booking.starts).total_seconds() / 2
    assert 7200 <= wave <= 7260
    assert "never measured" in booking.basis


def test_the_end_with_measures_is_theirs() -> None:
    measured = [MeasuredWave(wave=0, hosts=1, deploy=60, verify=10, back_out=50)]
    booking = booking_of(deployment(), NOON, {}, measured)
    assert booking is not None
    assert booking.ends == NIGHT + timedelta(seconds=240)
    assert "1 measured wave of up to 1 host" in booking.basis


def test_what_runs_longer_than_expected_has_no_known_end() -> None:
    running = deployment("d1", APPROVED, OPENED)
    soon, late = (booking_of(running, NOON + timedelta(hours=h), {}) for h in (1, 9))
    assert soon is not None
    assert late is not None
    assert (soon.starts, soon.ends is None) == (NOON, False)
    assert (late.ends, late.basis) == (None, "nobody knows: it takes longer than expected")


def test_what_is_paused_has_no_known_end() -> None:
    paused = booking_of(deployment("d1", APPROVED, OPENED, e.Paused(by="a", reason="b")), NOON, {})
    assert paused is not None
    assert (paused.ends, paused.basis) == (None, "nobody knows: it is paused")


def test_a_machine_is_known_from_when_it_was_scheduled() -> None:
    booking = booking_of(deployment(machines={"web1": "m-1"}), NOON, {})
    assert booking is not None
    assert booking.machines == {"m-1": "web1", "address:10.0.0.2:22": "web2"}
    assert booking.by_address == ("web2",)


def test_a_machine_is_known_from_another_deployment_by_its_address() -> None:
    known = deployment("d1", machines={"web1": "m-1", "web2": "m-2"})
    silent = deployment("d2", hosts=("shop1",))
    assert known_machines([known, silent]) == {"10.0.0.1:22": "m-1", "10.0.0.2:22": "m-2"}
    clashes = conflicts(bookings_of([known, silent], NOON, {}))
    assert [(c.one, c.other, c.what) for c in clashes] == [("d1", "d2", ("web1 (there shop1)",))]


def test_service_items_and_needs_are_those_of_the_release() -> None:
    shop = deployment(
        release={"service": "shop", "cis": ["vip-1"], "depends_on": ["pay"]},
        hosts=("a",),
        machines={"a": "m-7"},
    )
    pay = deployment("d2", release={"service": "pay"}, hosts=("b", "c"), machines={"b": "m-8", "c": "m-9"})
    clashes = conflicts(bookings_of([shop, pay], NOON, {}))
    assert [(c.kind, c.what) for c in clashes] == [("dependency", ("shop > pay",))]
    booking = booking_of(shop, NOON, {})
    assert booking is not None
    assert booking.cis == ("vip-1",)


def test_they_are_in_the_order_of_their_starts() -> None:
    late, early = deployment("a", starts=NIGHT + timedelta(hours=1)), deployment("b")
    assert [b.id for b in bookings_of([late, early], NOON, {})] == ["b", "a"]
