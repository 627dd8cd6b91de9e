"""Conflicts between bookings: all of them, and only where the time is shared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.policy.calendar.conflicts import conflicts, conflicts_of
from tests.bookings import booking

M = {"m-1": "web1", "m-2": "web2"}
# (what, bookings, conflicts as "one other kind what")
ROWS: list[tuple[str, list[Booking], list[str]]] = [
    ("nothing shared", [booking("a", machines={"m-1": "web1"}), booking("b", machines={"m-2": "web2"})], []),
    ("one machine", [booking("a", machines=M), booking("b", machines={"m-2": "web2"})], ["a b machine web2"]),
    ("one machine under two names", [booking("a", machines={"m-1": "web1"}), booking("b", machines={"m-1": "shop"})],
     ["a b machine web1 (there shop)"]),
    ("two machines under one name", [booking("a", machines={"m-1": "web1"}), booking("b", machines={"m-2": "web1"})], []),
    ("every machine is named", [booking("a", machines=M), booking("b", machines=M)], ["a b machine web1, web2"]),
    ("one after the other", [booking("a", 0, 1, machines=M), booking("b", 1, 2, machines=M)], []),
    ("a minute together", [booking("a", 0, 1, machines=M), booking("b", 0.98, 2, machines=M)], ["a b machine web1, web2"]),
    ("one that has no end", [booking("a", 0, None, machines=M), booking("b", 90, 91, machines=M)],
     ["a b machine web1, web2"]),
    ("one that has no end begins later", [booking("a", 9, None, machines=M), booking("b", 0, 1, machines=M)], []),
    ("a running one counts", [booking("a", state="running", machines=M), booking("b", machines=M)],
     ["a b machine web1, web2"]),
    ("a proposed one counts", [booking("a", state="proposed", machines=M), booking("b", machines=M)],
     ["a b machine web1, web2"]),
    ("one that is over does not", [booking("a", state="over", machines=M), booking("b", machines=M)], []),
    ("one that was withdrawn does not", [booking("a", state="withdrawn", machines=M), booking("b", machines=M)], []),
    ("a configuration item", [booking("a", cis=["lb-1", "vip-9"]), booking("b", cis=["vip-9"])], ["a b ci vip-9"]),
    ("a configuration item in two environments", [booking("a", cis=["lb-1"]), booking("b", cis=["lb-1"], environment="test")],
     ["a b ci lb-1"]),
    ("a person", [booking("a", persons=["Ann", "Ben"]), booking("b", persons=["Cleo", "ANN"])], ["a b person Ann"]),
    ("a person in two environments", [booking("a", persons=["Ann"]), booking("b", persons=["Ann"], environment="test")],
     ["a b person Ann"]),
    ("a person in one after the other", [booking("a", 0, 1, persons=["Ann"]), booking("b", 1, 2, persons=["Ann"])], []),
    ("one service twice", [booking("a", service="shop"), booking("b", service="shop")], ["a b service shop"]),
    ("one service in two environments", [booking("a", service="shop"), booking("b", service="shop", environment="test")], []),
    ("a service that another needs", [booking("a", service="shop", depends_on=["pay"]), booking("b", service="pay")],
     ["a b dependency shop > pay"]),
    ("a service that needs another", [booking("a", service="pay"), booking("b", service="shop", depends_on=["pay"])],
     ["a b dependency shop > pay"]),
    ("a service that another needs by a third",
     [booking("a", service="shop", depends_on=["pay"]), booking("b", service="ledger"),
      booking("c", 9, 10, service="pay", depends_on=["ledger"])],
     ["a b dependency shop > pay > ledger"]),
    ("services that need one another",
     [booking("a", service="shop", depends_on=["pay"]), booking("b", service="pay", depends_on=["shop"])],
     ["a b dependency shop > pay, pay > shop"]),
    ("a need that nobody books", [booking("a", service="shop", depends_on=["pay"]), booking("b", service="mail")], []),
    ("several kinds at once",
     [booking("a", machines=M, cis=["lb"], service="shop", depends_on=["pay"]),
      booking("b", machines=M, cis=["lb"], service="pay")],
     ["a b machine web1, web2", "a b ci lb", "a b dependency shop > pay"]),
    ("three on one machine", [booking(n, machines={"m-1": "web1"}) for n in "abc"],
     ["a b machine web1", "a c machine web1", "b c machine web1"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "bookings", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_row(what: str, bookings: list[Booking], expected: list[str]) -> None:
    lines = [
        f"{conflict.one} {conflict.other} {conflict.kind} {', '.join(conflict.what)}"
        for conflict in conflicts(bookings)
    ]
    assert lines == expected


def test_the_time_that_is_shared_is_told() -> None:
    first, other = booking("a", 0, 3, machines=M), booking("b", 1, 2, machines=M)
    conflict = conflicts([first, other])[0]
    assert (conflict.begins, conflict.ends) == (other.starts, other.ends)
    assert conflicts([booking("a", 0, None, machines=M), booking("b", 1, None, machines=M)])[0].ends is None


def test_a_new_booking_is_held_against_all_others_and_not_against_itself() -> None:
    new = booking("new", machines=M)
    others = [
        booking("a", machines=M),
        new,
        booking("b", 5, 6, machines=M),
        booking("c", machines={"m-2": "web2"}),
    ]
    assert [conflict.other for conflict in conflicts_of(new, others)] == ["a", "c"]


def test_dependencies_that_are_declared_elsewhere_count() -> None:
    bookings = [booking("a", service="shop"), booking("b", service="ledger")]
    assert conflicts(bookings) == ()
    assert [conflict.what for conflict in conflicts(bookings, {"shop": ["pay"], "pay": ["ledger"]})] == [
        ("shop > pay > ledger",)
    ]


bookings = st.lists(
    st.builds(
        lambda starts, length, machines: (starts, starts + length, machines),
        st.integers(0, 20),
        st.integers(1, 10),
        st.sets(st.sampled_from(["m-1", "m-2", "m-3"])),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(rows=bookings)
def test_exactly_those_that_share_a_machine_and_an_hour_are_found(
    rows: list[tuple[int, int, set[str]]],
) -> None:
    booked = [
        booking(f"b{n}", starts, ends, machines={machine: machine for machine in machines})
        for n, (starts, ends, machines) in enumerate(rows)
    ]
    clashes = {(conflict.one, conflict.other) for conflict in conflicts(booked)}
    expected = {
        (f"b{n}", f"b{m}")
        for n, row in enumerate(rows)
        for m, other in enumerate(rows)
        if n < m and row[2] & other[2] and set(range(row[0], row[1])) & set(range(other[0], other[1]))
    }
    assert clashes == expected
