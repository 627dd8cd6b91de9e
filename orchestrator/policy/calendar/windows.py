"""When deployments may run: windows minus freezes. All answers are moments in UTC."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

from orchestrator.domain.calendar.local_time import Oddity, oddity, wall, zone_of
from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow, Recurring, Span
from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Many, Noun

HORIZON = timedelta(days=3653)
"""The search limit: a window that does not open in ten years never does."""

_LOOKS = (timedelta(days=8), timedelta(days=62), timedelta(days=400), HORIZON)
_LATEST = datetime(9900, 1, 1, tzinfo=UTC)

WINDOW = "window"


class Calendar(Noun):
    """The windows and freezes that bind together; without windows it is open whenever no freeze binds."""

    windows: Many[MaintenanceWindow] = ()
    freezes: Many[Freeze] = ()

    def without(self, freezes: Iterable[str]) -> "Calendar":
        """The calendar without these freezes, for people who may override them."""
        gone = set(freezes)
        if not gone:
            return self
        return Calendar.updated(self, freezes=tuple(f for f in self.freezes if f.name not in gone))


def calendar_of(policy: ReleasePolicy, environment: Environment | None = None) -> Calendar:
    """The policy's windows and freezes, and the freezes of the environment."""
    freezes = (*policy.freezes, *_freezes_of(environment, {freeze.name for freeze in policy.freezes}))
    return Calendar.of_valid(windows=policy.windows, freezes=freezes)


def policy_for(policy: ReleasePolicy, plan: ReleasePlan) -> ReleasePolicy:
    """The policy with the windows that a plan of this class of impact may use."""
    major = policy.major if impact_of(plan) == "major" else None
    if major is None or not major.windows:
        return policy
    windows = tuple(window for window in policy.windows if window.name in major.windows)
    return policy.model_copy(update={"windows": windows})


def _freezes_of(environment: Environment | None, taken: set[str]) -> Iterator[Freeze]:
    """Those of the environment, under names that the policy has not: an override of one lifts no other."""
    for freeze in environment.freezes if environment is not None else ():
        name = freeze.name
        while name in taken | {WINDOW}:
            name = f"{name}.environment"
        yield freeze if name == freeze.name else freeze.model_copy(update={"name": name})


class OddTime(Noun):
    """A start of a recurring window that falls into a change of clocks, and the span that results."""

    name: str
    local_start: str
    oddity: Oddity
    span: Span


def open_spans(calendar: Calendar, earliest: datetime, latest: datetime) -> tuple[Span, ...]:
    """The times between two moments in which deployments may run, disjoint and sorted."""
    whole = (Span(opens=earliest, closes=latest),)
    open_ones = _united(_cut(_spans(calendar.windows, earliest, latest), whole[0]))
    return _minus(open_ones if calendar.windows else whole, _spans(calendar.freezes, earliest, latest))


def open_at(calendar: Calendar, now: datetime) -> bool:
    """Whether a deployment may run at this moment."""
    return not freezes_at(calendar, now) and (not calendar.windows or _in_window(calendar, now))


def closes_at(calendar: Calendar, now: datetime) -> datetime | None:
    """When the present opening ends; None where it is not open, or does not end in ten years."""
    if not open_at(calendar, now) or not (calendar.windows or calendar.freezes):
        return None
    for look in _LOOKS:
        until = min(now + look, _LATEST)
        spans = open_spans(calendar, now, until)
        if spans and spans[0].closes < until:
            return spans[0].closes
    return None


def next_opening(calendar: Calendar, after: datetime) -> datetime | None:
    """The first open moment from `after` on, which may be `after` itself. None: not in ten years."""
    for look in _LOOKS:
        spans = open_spans(calendar, after, min(after + look, _LATEST))
        if spans:
            return spans[0].opens
    return None


def freezes_at(calendar: Calendar, now: datetime) -> tuple[Freeze, ...]:
    """Every freeze that binds at this moment."""
    return tuple(freeze for freeze in calendar.freezes if _holds(freeze, now))


def binds_until(freeze: Freeze, now: datetime) -> datetime:
    """When a freeze that binds at this moment ends, by the clocks of its zone; another one may follow at once."""
    ends = (span.closes for span in freeze.spans(now, now + timedelta(seconds=1)) if span.holds(now))
    return max(ends, default=now).astimezone(zone_of(freeze.zone))


def never_opening(calendar: Calendar, after: datetime) -> tuple[MaintenanceWindow, ...]:
    """The windows that do not open again: ended, left out by exceptions, or covered by freezes each time."""
    return tuple(
        window
        for window in calendar.windows
        if next_opening(Calendar.updated(calendar, windows=(window,)), after) is None
    )


def overlapping_freezes(
    calendar: Calendar, earliest: datetime, latest: datetime
) -> tuple[tuple[Freeze, Freeze, Span], ...]:
    """Each pair of freezes that overlap between two moments, with the first such time."""
    return tuple(_overlaps(calendar.freezes, earliest, latest))


def odd_times(calendar: Calendar, earliest: datetime, latest: datetime) -> tuple[OddTime, ...]:
    """Every start of a recurring window or freeze between two moments that a change of clocks skips or repeats."""
    return tuple(
        OddTime(name=recurring.name, local_start=start.strftime("%Y-%m-%dT%H:%M"), oddity=odd, span=span)
        for recurring in (*calendar.windows, *calendar.freezes)
        for start in recurring.starts_between(wall(earliest, recurring.zone), wall(latest, recurring.zone))
        for odd in [oddity(start, recurring.zone)]
        for span in [recurring.span_from(start)]
        if odd is not None and span is not None
    )


def _in_window(calendar: Calendar, now: datetime) -> bool:
    return any(_holds(window, now) for window in calendar.windows)


def _holds(recurring: Recurring, now: datetime) -> bool:
    return any(span.holds(now) for span in recurring.spans(now, now + timedelta(seconds=1)))


def _spans(recurring_times: Iterable[Recurring], earliest: datetime, latest: datetime) -> list[Span]:
    return sorted(
        (s for recurring in recurring_times for s in recurring.spans(earliest, latest)),
        key=lambda span: span.opens,
    )


def _cut(spans: Iterable[Span], whole: Span) -> Iterator[Span]:
    for span in spans:
        opens, closes = max(span.opens, whole.opens), min(span.closes, whole.closes)
        if opens < closes:
            yield Span(opens=opens, closes=closes)


def _united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans sorted by start; those that touch or overlap become one."""
    united: list[Span] = []
    for span in spans:
        if united and span.opens <= united[-1].closes:
            closes = max(span.closes, united[-1].closes)
            united[-1] = Span(opens=united[-1].opens, closes=closes)
        else:
            united.append(span)
    return tuple(united)


def _minus(spans: Sequence[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    left = list(spans)
    for gone in taken:
        left = [rest for span in left for rest in _around(span, gone)]
    return tuple(left)


def _around(span: Span, gone: Span) -> Iterator[Span]:
    if gone.closes <= span.opens or gone.opens >= span.closes:
        yield span
        return
    if span.opens < gone.opens:
        yield Span(opens=span.opens, closes=gone.opens)
    if gone.closes < span.closes:
        yield Span(opens=gone.closes, closes=span.closes)


def _overlaps(
    freezes: Sequence[Freeze], earliest: datetime, latest: datetime
) -> Iterator[tuple[Freeze, Freeze, Span]]:
    spans = [(freeze, _spans([freeze], earliest, latest)) for freeze in freezes]
    for (freeze, mine), (other, theirs) in combinations(spans, 2):
        shared = [cut for span in mine for cut in _cut(theirs, span)]
        if shared:
            yield freeze, other, min(shared, key=lambda span: span.opens)
