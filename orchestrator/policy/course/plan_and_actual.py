"""A release as it was planned beside what came of it: what its review reads first, computed from the journal alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.course.objectives import outcomes_of
from orchestrator.policy.telling.criteria_not_met import criteria_not_met
from orchestrator.policy.telling.timeline_builder import decisions_of
from orchestrator.policy.telling.words.host_words import STANDING_WORDS


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing as it was planned, and as it was. `differs`: a deviation from the plan."""

    what: str
    planned: str
    actual: str
    differs: bool


def plan_and_actual(d: Deployment, records: Sequence[Recorded]) -> tuple[Compared, ...]:
    """Result, start, time, window, waves, hosts, criteria, objectives, and decisions on the way."""
    return (
        Compared("result", State.COMPLETED.value, d.state.value, d.state is not State.COMPLETED),
        *_times(d, records),
        _waves(d, records),
        _hosts(d),
        *_criteria(d, records),
        _decisions(d, records),
    )


def _times(d: Deployment, records: Sequence[Recorded]) -> Iterator[Compared]:
    starts, opened, missed = d.schedule.starts, d.authority.opened_at, d.schedule.missed_start
    planned = f"{starts:%Y-%m-%d %H:%M} UTC" if starts is not None else "at once"
    actual = f"{opened:%Y-%m-%d %H:%M} UTC" if opened is not None else "never"
    late = f", {seconds_words(round(missed.late))} late: {missed.reason}" if missed is not None else ""
    yield Compared("start", planned, f"{actual}{late}", missed is not None)
    took = elapsed(opened, d.ended_at, d.last_at)
    if took is not None:
        yield Compared("time", "not said", seconds_words(round(took)), differs=False)
    window, last = d.plan.schedule.window, _last_run(records)
    if window is not None and last is not None:
        words = f"{window.opens:%Y-%m-%d %H:%M} to {window.closes:%Y-%m-%d %H:%M} UTC"
        yield Compared(
            "window", words, f"last run ended {last.at:%Y-%m-%d %H:%M} UTC", last.at > window.closes
        )


def _last_run(records: Sequence[Recorded]) -> Recorded | None:
    ended = (record for record in reversed(records) if isinstance(record.event, e.AttemptEnded))
    return next(ended, None)


def _waves(d: Deployment, records: Sequence[Recorded]) -> Compared:
    verified = sum(isinstance(record.event, e.WaveVerified) for record in records)
    differs = verified < len(d.waves)
    return Compared("waves", str(len(d.waves)), f"{verified} verified", differs)


def _hosts(d: Deployment) -> Compared:
    standings = Counter(STANDING_WORDS[each.standing] for each in d.standings.values())
    actual = ", ".join(f"{number} {words}" for words, number in standings.items())
    differs = any(each.standing != "verified" for each in d.standings.values())
    return Compared("hosts", f"{len(d.standings)} verified", actual, differs)


def _criteria(d: Deployment, records: Sequence[Recorded]) -> Iterator[Compared]:
    not_met = len(criteria_not_met(d, records))
    yield Compared("criteria not met", "none", str(not_met) if not_met else "none", not_met > 0)
    outcomes = Counter(outcome.name for outcome in outcomes_of(d, d.last_at) if outcome.measure)
    if outcomes:
        actual = ", ".join(f"{number} {name}" for name, number in outcomes.items())
        differs = outcomes["achieved"] < outcomes.total()
        yield Compared("objectives", f"{outcomes.total()} achieved", actual, differs)


def _decisions(d: Deployment, records: Sequence[Recorded]) -> Compared:
    """Decisions up to the end; those of the review itself are no deviation."""
    names = [
        name for record, name in decisions_of(d, records) if d.ended_at is None or record.at <= d.ended_at
    ]
    actual = f"{counted(len(names), 'decision')}: {', '.join(names)}" if names else "none"
    return Compared("decisions on the way", "none", actual, bool(names))


def comparison_lines(compared: Sequence[Compared]) -> Iterator[str]:
    """A table in plain text: what, planned, was; what deviates is marked. Its cells are plain."""
    cells = [(plain(each.what), plain(each.planned), plain(_was(each))) for each in compared]
    rows = [("", "planned", "was"), *cells]
    what, planned = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        yield f"{row[0]:{what}}  {row[1]:{planned}}  {row[2]}"


def _was(each: Compared) -> str:
    return f"{each.actual} (differs)" if each.differs else each.actual
