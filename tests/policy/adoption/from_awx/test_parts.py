"""Limits, schedules, order and secrets: one rule in each row."""

from __future__ import annotations

import pytest

from orchestrator.policy.adoption.from_awx.resources import may_be_secret
from orchestrator.policy.adoption.from_awx.schedules import window_of
from orchestrator.policy.adoption.from_awx.shape import cycle_in
from orchestrator.policy.adoption.from_awx.templates import narrowed


@pytest.mark.parametrize(
    ("hosts", "limit", "pattern"),
    [
        ("web", "", "web"),
        ("web", "all", "web"),
        ("web", "web", "web"),
        ("all", "web1,web2", "web1:web2"),
        ("web", "rack_a", "web:&rack_a"),
        ("web:db", "rack*", "web:db:&rack*"),
        ("web", "a:b", None),
        ("web", "!a", None),
        ("web", "@retry", None),
    ],
)
def test_hosts_within_a_limit(hosts: str, limit: str, pattern: str | None) -> None:
    assert narrowed(hosts, limit) == pattern


@pytest.mark.parametrize(
    ("rule", "window"),
    [
        (
            "DTSTART;TZID=Europe/Berlin:20260103T220000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SA",
            '{name: n, zone: "Europe/Berlin", starts: "2026-01-03T22:00", repeats: "FREQ=WEEKLY;BYDAY=SA", lasts: 1h}',
        ),
        (
            "DTSTART:20260103T220000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=1",
            '{name: n, zone: "UTC", starts: "2026-01-03T22:00", lasts: 1h}',
        ),
        ("DTSTART:20260103T220000Z RRULE:FREQ=DAILY RRULE:FREQ=WEEKLY", ""),
        ("DTSTART:20260103T220000Z RRULE:FREQ=DAILY EXRULE:FREQ=WEEKLY", ""),
        ("every evening", ""),
    ],
)
def test_a_schedule_is_a_window_of_a_policy(rule: str, window: str) -> None:
    assert window_of("n", rule) == window


@pytest.mark.parametrize(
    ("edges", "cycle"),
    [
        ({"a": ["b"], "b": []}, []),
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({str(n): [str(n + 1)] for n in range(5000)}, []),
    ],
)
def test_a_cycle_is_found_in_any_length(edges: dict[str, list[str]], cycle: list[str]) -> None:
    assert cycle_in(edges) == cycle


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("db_password", "x", True),
        ("API_KEY", "x", True),
        ("shop", {"token": "x"}, True),
        ("shop", ["$encrypted$"], True),
        ("shop", "-----BEGIN RSA PRIVATE KEY-----", True),
        ("shop_port", 8080, False),
    ],
)
def test_what_may_be_a_secret(name: str, value: object, secret: bool) -> None:  # noqa: FBT001 - a table
    assert may_be_secret(name, value) is secret  # type: ignore[arg-type]
