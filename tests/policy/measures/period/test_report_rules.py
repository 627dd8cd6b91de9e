"""Rules of every report: sums, a period split in two, and the order of deployments, over deployments made at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, STANDS, State
from orchestrator.policy.measures.period.deployment_facts import (
    BackoutFact,
    DeploymentFacts,
    HouseFacts,
    IncidentFact,
    SatisfactionFact,
    WaitFact,
)
from orchestrator.policy.measures.period.figures import Count, Figure, Rate, Scores, Share, Times
from orchestrator.policy.measures.period.period_report import Asked, PeriodReport
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
MADE = EPOCH + timedelta(days=60)
STOCKS = {"open_at_begin", "open_at_end", "waiting_at_end", "under_way_at_end", "waits_open"}
HOURS = st.integers(0, 24 * 40)


def at(hours: int) -> datetime:
    return EPOCH + timedelta(hours=hours)


def incident_facts(related: st.SearchStrategy[bool]) -> st.SearchStrategy[IncidentFact]:
    """Incidents of few ids, each always opened in the same hour, as they are known."""
    return st.builds(
        lambda number, severity, hour, related: IncidentFact(
            id=f"INC-{number}",
            opened=at(number * 100),
            severity=severity,
            related=related,
            told_at=at(hour),
        ),
        st.integers(0, 9),
        st.sampled_from(["1", "2", None]),
        HOURS,
        related,
    )


LINKED = incident_facts(st.booleans())
KNOWN = st.lists(incident_facts(st.sampled_from([False])), max_size=5, unique_by=lambda each: each.id)
ANSWERS = st.builds(SatisfactionFact, score=st.integers(1, 5), at=HOURS.map(at))


@st.composite
def deployments(draw: st.DrawFn) -> DeploymentFacts:
    hours = sorted(draw(st.lists(HOURS, min_size=6, max_size=6)))
    planned, starts, begun, run, ended, later = map(at, hours)
    end: Any = draw(st.sampled_from([None, *(s for s in State if s.value in ENDS)]))
    touched = end is not None and end not in NEVER_TOUCHED
    cause: Any = draw(st.sampled_from(["deploying", "soak", "chosen"]))
    good = end in (None, State.COMPLETED, State.CANCELLED)
    backouts = (
        [BackoutFact(began=run, ended=ended, result=end, late=False, failed_at=begun)]
        if end in UNDONE
        else []
    )
    if end in STANDS and draw(st.booleans()):
        backouts.append(BackoutFact(began=later, ended=None, result=None, late=True, failed_at=None))
    scheduled = draw(st.booleans())
    start: Any = draw(st.sampled_from(["on_time", "late", "put_off", "missed"]))
    return DeploymentFacts(
        id=f"d{draw(st.integers(0, 99))}",
        service=draw(st.sampled_from(["shop", "pay", None])),
        model=draw(st.sampled_from(["rolling", None])),
        approved_model=draw(st.booleans()),
        environment=draw(st.sampled_from(["live", "stage"])),
        change=draw(st.sampled_from(["normal", "emergency"])),
        rehearsal=draw(st.integers(0, 9)) == 0,
        planned=planned,
        starts=starts if scheduled else None,
        start=start if scheduled else None,
        begun=begun if touched or draw(st.booleans()) else None,
        end=end,
        ended=ended if end is not None else None,
        cause=None if good else cause,
        last_run=run if touched else None,
        closes=draw(st.sampled_from([None, run])),
        backouts=tuple(backouts),
        waits=(WaitFact(kind="hold", on="", began=begun, ended=ended if end is not None else None),),
        incidents=tuple(draw(st.lists(LINKED, max_size=3, unique_by=lambda each: each.id))),
        satisfaction=tuple(draw(st.lists(ANSWERS, max_size=2))),
    )


ENDS = {state.value for state in (*STANDS, *NEVER_TOUCHED)} | {
    "backed out",
    "backed out with residue",
    "backout failed",
}
UNDONE = {State.BACKED_OUT, State.BACKED_OUT_WITH_RESIDUE, State.BACKOUT_FAILED}
PERIODS = st.tuples(HOURS, st.integers(2, 24 * 20), st.floats(0.1, 0.9))
MANY = st.lists(deployments(), max_size=12, unique_by=lambda f: f.id)


def reported(facts: list[DeploymentFacts], begins: datetime, ends: datetime) -> PeriodReport:
    return report_of(facts, Period(begins=begins, ends=ends), MADE)


def cases(figure: Figure) -> tuple[int, ...]:
    match figure:
        case Count(count=count) | Rate(count=count):
            return (count,)
        case Share(part=part, of=of):
            return part, of
        case Times(n=n) | Scores(n=n):
            return (n,)


def by_key(report: PeriodReport) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(m.code, m.group): cases(m.now) for m in report.measures}


def count(report: PeriodReport, code: Any) -> int:
    return sum(cases(measure.now)[0] for measure in report.of(code))


@given(MANY, PERIODS)
def test_a_period_split_in_two_has_the_same_cases(
    facts: list[DeploymentFacts], span: tuple[int, int, float]
) -> None:
    begins, ends = at(span[0]), at(span[0] + span[1])
    middle = begins + (ends - begins) * span[2]
    whole = by_key(reported(facts, begins, ends))
    first, second = (by_key(reported(facts, *edges)) for edges in ((begins, middle), (middle, ends)))
    for key, figure in whole.items():
        if key[0] in STOCKS:
            continue
        halves = [half[key] for half in (first, second) if key in half]
        total = tuple(map(sum, zip(*halves, strict=True))) or (0,)
        # A half in which a group does not occur has no row of it, and so does not say out of how many.
        assert total[0] == figure[0], key
        if len(halves) == 2:
            assert total == figure, key
    assert whole["open_at_begin", ""] == first["open_at_begin", ""]
    assert first["open_at_end", ""] == second["open_at_begin", ""]
    assert whole["open_at_end", ""] == second["open_at_end", ""]


@given(MANY, PERIODS, st.randoms(use_true_random=False))
def test_the_order_of_deployments_does_not_matter(
    facts: list[DeploymentFacts], span: tuple[int, int, float], chance: Any
) -> None:
    begins, ends = at(span[0]), at(span[0] + span[1])
    shuffled = facts.copy()
    chance.shuffle(shuffled)
    assert reported(facts, begins, ends) == reported(shuffled, begins, ends)


@given(MANY, PERIODS)
def test_sums_and_bounds(facts: list[DeploymentFacts], span: tuple[int, int, float]) -> None:
    report = reported(facts, at(span[0]), at(span[0] + span[1]))
    ended = count(report, "ended")
    assert count(report, "ends") == ended == sum(sum(part.ended) for part in report.parts)
    assert count(report, "open_at_begin") + count(report, "planned") - ended == count(report, "open_at_end")
    assert count(report, "waiting_at_end") + count(report, "under_way_at_end") == count(report, "open_at_end")
    for share in (m.now for m in report.of("failures") if isinstance(m.now, Share)):
        assert share.of == count(report, "failures")
    models = [m.now for m in report.of("models") if isinstance(m.now, Share)]
    assert all(share.of == count(report, "begun") == count(report, "models") for share in models)
    for figure in (figure for m in report.measures for figure in (m.now, m.before)):
        if isinstance(figure, Share):
            assert figure.part <= figure.of
            assert (figure.share is None) == (figure.of == 0)
        if isinstance(figure, Times):
            assert (figure.median is None) == (figure.p90 is None) == (figure.n == 0)


@given(MANY, PERIODS)
def test_the_period_before_is_reported_as_it_would_be_by_itself(
    facts: list[DeploymentFacts], span: tuple[int, int, float]
) -> None:
    report = reported(facts, at(span[0]), at(span[0] + span[1]))
    alone = report_of(facts, report.before, MADE)
    figures = {(m.code, m.group): m.now for m in alone.measures}
    for measure in report.measures:
        expected = figures.get((measure.code, measure.group))
        assert measure.before == expected or (expected is None and cases(measure.before)[0] == 0)


@given(MANY, PERIODS)
def test_filters_divide_the_whole(facts: list[DeploymentFacts], span: tuple[int, int, float]) -> None:
    period = Period(begins=at(span[0]), ends=at(span[0] + span[1]))
    whole = report_of(facts, period, MADE)
    apart = [report_of(facts, period, MADE, asked=Asked(environment=name)) for name in ("live", "Stage")]
    for code in ("planned", "begun", "ended", "open_at_end", "holds", "rehearsals"):
        assert sum(count(each, code) for each in apart) == count(whole, code)


@given(MANY, KNOWN, PERIODS)
def test_each_incident_and_each_answer_counts_once(
    facts: list[DeploymentFacts], known: list[IncidentFact], span: tuple[int, int, float]
) -> None:
    period = Period(begins=at(span[0]), ends=at(span[0] + span[1]))
    report = report_of(facts, period, MADE, house=HouseFacts(incidents=tuple(known)))
    real = [f for f in facts if not f.rehearsal]
    everything = {each.id: each for each in [*known, *(each for f in real for each in f.incidents)]}
    opened = {name for name, each in everything.items() if period.holds(each.opened)}
    came = {each.id for f in real for each in f.incidents if each.related}
    assert cases(report.of("incidents")[0].now) == (len(opened & came), len(opened))
    assert count(report, "incident_severity") == len(opened & came)
    unjudged = cases(report.of("incidents_not_judged")[0].now)
    assert unjudged[1] == len(opened)
    assert unjudged[0] + len(opened & came) <= len(opened)
    answers = [each for f in real for each in f.satisfaction if period.holds(each.at)]
    assert count(report, "satisfaction") == count(report, "satisfaction_scores") == len(answers)
