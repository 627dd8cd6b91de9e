"""Measurements in the record: drawn on the page, listed in the text, in words that people read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

from orchestrator.adapters.report.metric_charts import HEIGHT, WIDTH, charts_of
from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.cli.views.json_lines import result_of
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal.events import Recorded
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
    assert len(deployed_line.points.split()) == 3
    assert len(control.points.split()) == len(success.points.split()) == len(failure.points.split()) == 4
    heights = [float(line.points.split(",")[1].split()[0]) for line in (control, success, failure)]
    assert heights == sorted(heights, reverse=True)
    assert "2 successes, 1 failed, 1 inconclusive" in chart.words
    assert "4.5 times that of the 2 hosts not yet touched (9 to 2)" in chart.words


def test_every_shape_is_on_the_sheet() -> None:
    for values in ((2.0,), (0.0,), (-5.0, 3.0), (1e9, 2e9), (None,)):
        d, records = deployed(*values)
        for chart in charts_of(d, records):
            places = [pair.split(",") for line in chart.lines for pair in line.points.split()]
            places += [[str(mark.x), str(mark.y)] for mark in chart.marks]
            assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in places), values


def test_the_page_draws_it_escaped_and_the_text_lists_it() -> None:
    d, records = deployed(2.0, None, 9.0)
    page = html_record(records, d.last_at + timedelta(hours=1))
    section = page.partition('<section aria-labelledby="metrics">')[2].partition("</section>")[0]
    assert section.count("<svg") == 1
    assert "<b>" not in section
    assert "<i>" not in section
    svg = section.partition("<svg")[2].partition("</svg>")[0]
    drawn = ET.fromstring(f"<svg{svg}</svg>")
    assert len(drawn.findall("polyline")) == 4
    assert {group.get("class") for group in drawn.findall("g")} == {"m-success", "m-inconclusive", "m-failed"}
    text = text_record(records, d.last_at)
    assert "\nMetrics\n-------\n" in text
    assert "failed       error ratio <b> of the 1 new host is 4.5 times" in text
    assert "inconclusive error ratio <b> of the 1 new host: no answer (refused <i>)" in text


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
