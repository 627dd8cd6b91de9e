"""Objectives on the page: each with its outcome, what was seen by whom, the attached files by digest, and the decision."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.use_cases import objectives
from tests.adapters.report.outline import Outline
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree
from tests.worlds.read_pages import as_read


def by_hand(words: str, due: str) -> dict[str, Any]:
    measure = {"unit": "calls", "role": "service owner"}
    return {"objective": words, "by_hand": measure, "expected": "<= 5", "due": due}


def page_of(fleet: Fleet, d: Deployment) -> str:
    page = html_record(fleet.ports.journal.read(d.id), fleet.clock.now())
    assert (Outline(page).unbalanced, Outline(page).open) == ([], [])
    return page.partition('<section aria-labelledby="objectives">')[2].partition("</section>")[0]


def cells(section: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(<td.*?)</tr>", section, re.S)
    return [
        [
            re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", as_read(cell))).strip()
            for cell in re.split(r"<td[^>]*>", row)[1:]
        ]
        for row in rows
    ]


def fleet_of(*wanted: dict[str, Any] | str) -> Fleet:
    tree = plan_tree()
    tree["objectives"] = list(wanted)
    return Fleet(tree)


def test_each_outcome_stands_with_what_was_seen_and_decided(tmp_path: Path) -> None:
    fleet = fleet_of(
        {"objective": "It answers.", "check": {"tcp": 8080}},
        by_hand("Few calls.", "7d"),
        by_hand("Fewer calls.", "1h"),
        "Words alone.",
    )
    d = fleet.deploy()
    (tmp_path / "calls.csv").write_text("9")
    file = fleet.ports.attachments.keep(tmp_path / "calls.csv")
    fleet.clock.sleep(7200)
    d = objectives.record(fleet.ports, d, 2, "9", by="cy", note="the list", role=None, attached=[file])
    d = objectives.accept(fleet.ports, d, 2, by="cy", role="service owner", reason="enough")
    rows = cells(page_of(fleet, d))
    assert [row[1] for row in rows] == ["achieved", "not achieved", "not yet known", "not measurable"]
    assert rows[0][0] == "1. It answers. measured by a check"
    assert rows[1][2].startswith(
        "9 calls, 2026-03-03 00:00:00 UTC by cy as service owner: the list calls.csv, 1 byte"
    )
    assert file.sha256 in rows[1][2]
    assert rows[1][3] == "accepted by cy as service owner: enough"
    assert rows[2][2] == "overdue since 2026-03-02 23:00:00 UTC"
    assert "objective accepted by cy as service owner: enough" in text_record(
        fleet.ports.journal.read(d.id), fleet.clock.now()
    )


def test_words_of_people_are_only_text() -> None:
    fleet = fleet_of(by_hand("<script>alert(1)</script>", "7d"))
    d = fleet.deploy()
    d = objectives.record(
        fleet.ports, d, 1, "9", by="<b>cy", note="\u202e<i>x\x1b[2J", role=None, attached=()
    )
    section = page_of(fleet, d)
    assert not re.search("<script|<b>|<i>|[\u202e\x1b]", section)
    assert "no decision yet" in section


def test_a_plan_that_measures_no_objective_has_no_such_section() -> None:
    fleet = fleet_of("Words alone.")
    d = fleet.deploy()
    assert 'id="objectives"' not in html_record(fleet.ports.journal.read(d.id), fleet.clock.now())
