"""Measurements in the record: drawn on the page, listed in the text, in words that people read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.report.metric_charts import (
    DRAWN_UP_TO,
    HEIGHT,
    STRETCHES,
    WIDTH,
    charts_of,
    grouped,
    thinned,
)
from orchestrator.adapters.report.metric_lines import measured_lines
from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.result_line import result_of
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

METRIC: dict[str, Any] = {
    "name": "error ratio <b>",
    "http": {"url": "http://127.0.0.1:9/{hosts}"},
    "every": "10s",
    "success": "<= 1.5",
    "failure": "> 3",
    "inconclusive_limit": 5,
    "compare": {"by": "ratio", "without_control": {"success": "< 1"}},
}


def deployed(*values: float | None, choice: object = None) -> tuple[Deployment, list[Recorded]]:
    """A deployment whose deployed hosts have these values, and whose untouched ones have 2 each time."""
    gate = {"soak": "60s", "every": "30s", "metrics": [METRIC]}
    world = Fleet(plan_tree(waves=[{"count": 1, "gate": gate}, "rest"]))
    left = list(values)

    def answer(hosts: tuple[str, ...]) -> Reading:
        if "h1" not in hosts:
            return Reading(2.0)
        value = left.pop(0) if len(left) > 1 else left[0]
        return Reading(value) if value is not None else Reading(trouble="no_answer", detail="refused <i>")

    world.measurements.answers[METRIC["name"]] = answer
    d = world.deploy()
    return d, world.ports.journal.read(d.id)


def test_a_chart_has_both_groups_of_hosts_and_what_the_plan_allows() -> None:
    d, records = deployed(2.0, 2.4, None, 9.0)
    [chart] = charts_of(d, records)
    assert [line.style for line in chart.lines] == ["deployed", "control", "success", "failure"]
    assert [mark.verdict for mark in chart.marks] == ["success", "success", "inconclusive", "failed"]
    [deployed_line, control, success, failure] = chart.lines
    # Nothing is drawn over the time without a value; the point that stands alone is a dot.
    assert [len(stretch.split()) for stretch in deployed_line.stretches] == [2, 2]
    for line in (control, success, failure):
        assert [len(stretch.split()) for stretch in line.stretches] == [4]
    heights = [float(line.stretches[0].split(",")[1].split()[0]) for line in (control, success, failure)]
    assert heights == sorted(heights, reverse=True)
    assert "2 successes, 1 failed, 1 inconclusive" in chart.words
    assert "4.5 times that of the 2 hosts not yet touched (9 to 2)" in chart.words


def test_every_shape_is_on_the_sheet() -> None:
    for values in ((2.0,), (0.0,), (-5.0, 3.0), (1e9, 2e9), (None,)):
        d, records = deployed(*values)
        for chart in charts_of(d, records):
            places = [
                pair.split(",")
                for line in chart.lines
                for stretch in line.stretches
                for pair in stretch.split()
            ]
            places += [[str(mark.x), str(mark.y)] for mark in chart.marks]
            assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in places), values


def test_the_page_draws_it_escaped_and_the_text_lists_it() -> None:
    d, records = deployed(2.0, None, 9.0)
    page = html_record(records, d.last_at + timedelta(hours=1))
    section = page.partition('<section aria-labelledby="metrics">')[2].partition("</section>")[0]
    assert section.count('<svg viewBox="0 0 780 190" role="img"') == 1
    assert "<b>" not in section
    assert "<i>" not in section
    svg = section.partition("<svg")[2].partition("</svg>")[0]
    drawn = ET.fromstring(f"<svg{svg}</svg>")
    assert len(drawn.findall("polyline")) == 5
    assert {group.get("class") for group in drawn.findall("g")} == {"m-success", "m-inconclusive", "m-failed"}
    text = text_record(records, d.last_at)
    assert "\nMetrics\n-------\n" in text
    assert "failed       error ratio <b> of the 1 new host is 4.5 times" in text
    assert "inconclusive error ratio <b> of the 1 new host: no answer (refused <i>)" in text


def measurement(number: int, verdict: str, value: float | None, **fields: Any) -> Recorded:
    words = {
        "stage": "gate",
        "wave": 0,
        "metric": METRIC["name"],
        "deployed": 1,
        "why": "condition",
        **fields,
    }
    event = e.Measured.model_validate({**words, "verdict": verdict, "value": value})
    at = START + timedelta(seconds=10 * number)
    return Recorded(deployment="app", seq=number + 1, at=at, event=event)


def test_a_thousand_measurements_are_a_small_chart_with_whatever_stands_out() -> None:
    d, _ = deployed(2.0)
    records = [measurement(number, "success", 100 + number / 10) for number in range(1000)]
    records[333] = measurement(333, "success", 1.0)
    records[500] = measurement(500, "failed", 9000.0)
    records[666] = measurement(666, "inconclusive", None, why="no_answer", side="deployed")
    [chart] = charts_of(d, records)
    assert len(chart.marks) <= 3 * STRETCHES + 1
    assert [mark.verdict for mark in chart.marks if mark.verdict != "success"] == ["failed", "inconclusive"]
    assert "998 successes, 1 failed, 1 inconclusive" in chart.words
    assert f"{len(chart.marks)} are drawn" in chart.words
    drawn = [mark.words for mark in chart.marks] + [each for line in chart.lines for each in line.stretches]
    assert sum(map(len, drawn)) < 60_000
    lines = measured_lines(d, records)
    assert len(lines) == 5
    assert "success 500 times, 1 to 149.9; the last:" in lines[0]


@given(
    st.lists(st.sampled_from(["success", "failed", "inconclusive"]), min_size=1, max_size=900),
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=900),
)
def test_thinning_keeps_order_extremes_the_worst_and_the_last(
    verdicts: list[str], values: list[float | None]
) -> None:
    records = [measurement(number, *each) for number, each in enumerate(zip(verdicts, values, strict=False))]
    [measurements] = grouped(records)
    drawn = thinned(measurements)
    assert list(drawn) == sorted(drawn, key=lambda each: each[0])
    assert len(drawn) <= max(DRAWN_UP_TO, 3 * STRETCHES + 1)
    assert drawn[-1] == measurements[-1]
    assert {event.verdict for _, event in drawn} == {event.verdict for _, event in measurements}
    known = [event.value for _, event in measurements if event.value is not None]
    shown = [event.value for _, event in drawn if event.value is not None]
    assert (min(known, default=0), max(known, default=0)) == (min(shown, default=0), max(shown, default=0))


def test_a_record_without_metrics_has_no_such_section() -> None:
    world = Fleet()
    d = world.deploy()
    records = world.ports.journal.read(d.id)
    assert 'id="metrics"' not in html_record(records, d.last_at)
    assert "\nMetrics\n" not in text_record(records, d.last_at)


def test_the_result_line_counts_the_metrics_of_the_present_gate() -> None:
    gate = {"soak": "30s", "every": "10s", "metrics": [{**METRIC, "inconclusive_limit": 0, "count": 3}]}
    world = Fleet(plan_tree(waves=[{"count": 1, "gate": gate}, "rest"]))
    world.measurements.script(METRIC["name"], 2.0, 2.0, Reading(trouble="no_value"))
    d = world.deploy()
    [line] = result_of(d).metrics
    assert (line.successes, line.needed, line.inconclusive) == (1, 3, 1)
    assert "an answer without a value" in line.words
