"""The point of no return of a plan in words: which wave could still be undone before the window closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.plan.planned_schedule import OnWindowClose
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.times_ahead import TimesAhead
from orchestrator.policy.calendar.forward_times import basis_of
from orchestrator.policy.calendar.point_of_no_return import WaveArithmetic, WaveTimes
from orchestrator.policy.telling.words.schedule_words import when_words

HEADINGS = ("wave", "starts", "good by", "undone by", "to spare", "latest start")
UNKNOWN = "not known"
CLOSING: dict[OnWindowClose, str] = {
    "finish": "the waves that are left are deployed all the same",
    "hold": "it holds for a person before the next wave",
    "back out": "everything that was deployed is backed out",
}


def frame_lines(ahead: TimesAhead, on_close: OnWindowClose, zone: ZoneInfo) -> Iterator[str]:
    """From which start it is calculated, what is against that, and when it closes."""
    times = ahead.times
    if times.closes is None and not ahead.against:
        yield "no window closes: every wave has time to be undone"
        return
    why = ", when it is open next" if ahead.waits else ""
    yield f"calculated from a start at {when_words(times.now, zone)}{why}"
    yield from (f"closed then: {plain(str(reason), 400)}" for reason in ahead.against)
    if times.closes is None:
        return
    yield f"open until {when_words(times.closes, zone)}; if that comes in the middle, {CLOSING[on_close]}"
    yield "good: deployed, verified and soaked; undone: failed at the end of that, taken back with all waves before it"


def time_rows(ahead: TimesAhead, zone: ZoneInfo) -> list[tuple[str, ...]]:
    """A row for each wave, below HEADINGS; none where no window closes."""
    if ahead.times.closes is None:
        return []
    return [_row(line, ahead.times.now, zone) for line in ahead.times.lines]


def verdict_line(ahead: TimesAhead, zone: ZoneInfo) -> tuple[str, bool]:
    """Whether every wave can be undone in time, and whether that is what nobody may overlook; empty without a close."""
    if ahead.times.closes is None:
        return "", False
    if not ahead.late:
        latest = _clock(ahead.latest_for_all, ahead.times.now, zone)
        return f"every wave can be undone before it closes, even from a start as late as {latest}", False
    if ahead.binds:
        return f"WILL NOT START, because it could not be undone in time: {_named(ahead.late)}", True
    return f"could not be undone in time: {_named(ahead.late)}; no policy forbids their start", True


def basis_lines(ahead: TimesAhead) -> Iterator[str]:
    """How long each wave takes, and where these times are from."""
    yield from (_takes(line.times) for line in ahead.times.lines)


def completed_title(ahead: TimesAhead) -> str:
    """By which completed deployments times are expected; empty where none completed.

    They are no measures: the slowest batch counts for each batch of this plan's waves, and the policy's margin is in them.
    """
    if ahead.completed is None or not ahead.forward:
        return ""
    return f"to be expected by {basis_of(ahead.completed)}, with the policy's margin"


def completed_lines(ahead: TimesAhead) -> Iterator[str]:
    """What the waves are expected to take by them, and that nothing of a backout is known from them."""
    for times in ahead.forward:
        deploy, verify = (seconds_words(round(seconds, 1)) for seconds in (times.deploy, times.verify))
        yield f"{plain(times.name, 40)}: deploy {deploy}, verify {verify}"
    if ahead.forward:
        yield "none of them was backed out, so no point of no return rests on these times"


def completed_facts(ahead: TimesAhead) -> Iterator[str]:
    """The same with the title before it, for pages."""
    title = completed_title(ahead)
    if title:
        yield f"{title}:"
        yield from completed_lines(ahead)


def _row(line: WaveArithmetic, first: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    moments = (line.starts, line.known_good, line.undone)
    return (
        plain(line.times.name, 40),
        *(_clock(moment, first, zone) for moment in moments),
        _spare(line.spare),
        _clock(line.latest_start, first, zone),
    )


def _clock(moment: datetime | None, first: datetime, zone: ZoneInfo) -> str:
    """The time of day, with the date when it differs from that of the start."""
    if moment is None:
        return UNKNOWN
    here, start = moment.astimezone(zone), first.astimezone(zone)
    if here.date() == start.date():
        return f"{here:%H:%M:%S}"
    near = abs((here.date() - start.date()).days) < 7
    return f"{here:%a %H:%M:%S}" if near else f"{here:%Y-%m-%d %H:%M}"


def _spare(seconds: float | None) -> str:
    if seconds is None:
        return UNKNOWN
    words = seconds_words(abs(round(seconds)))
    return words if seconds >= 0 else f"{words} TOO LATE"


def _named(waves: Sequence[str]) -> str:
    return ", ".join(plain(name, 40) for name in waves)


def _takes(times: WaveTimes) -> str:
    steps = (
        ("deploy", times.deploy),
        ("verify", times.verify),
        ("soak", times.soak),
        ("back out", times.back_out),
    )
    return f"{plain(times.name, 40)}: " + ", ".join(
        f"{step} {UNKNOWN if seconds is None else seconds_words(round(seconds, 1))}"
        for step, seconds in steps
    )
