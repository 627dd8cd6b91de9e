"""A schedule of AWX as a maintenance window of a policy: both recur by RFC 5545."""

from __future__ import annotations

import re

_START = re.compile(r"DTSTART(?:;TZID=(?P<zone>[A-Za-z0-9_+/-]+))?:(?P<at>\d{8}T\d{6})(?P<utc>Z?)")
_RULE = re.compile(r"RRULE:(?P<rule>[A-Z0-9=;,+-]+)")


def window_of(name: str, rrule: str) -> str:
    """The entry of `windows` in a policy, one hour long; empty where the rule is not one start with one recurrence."""
    start, rules = _START.search(rrule), _RULE.findall(rrule)
    if start is None or len(rules) > 1 or "EXRULE" in rrule or "EXDATE" in rrule:
        return ""
    at = start["at"]
    when = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}"
    zone = start["zone"] or "UTC"
    once = not rules or "COUNT=1" in rules[0].split(";")
    repeats = "" if once else f", repeats: {_quoted(_without_interval(rules[0]))}"
    return f"{{name: {_named(name)}, zone: {_quoted(zone)}, starts: {_quoted(when)}{repeats}, lasts: 1h}}"


def _without_interval(rule: str) -> str:
    """An interval of one says nothing."""
    return ";".join(part for part in rule.split(";") if part != "INTERVAL=1")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _named(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40] or "window"
