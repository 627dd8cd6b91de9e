"""tests/cases/closing_windows.yml: what a window that closes in the middle does, by the fake clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import seconds_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet

ROWS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
    Path(__file__).parents[2] / "cases" / "closing_windows.yml"
)
DAY = "2026-03-02"
KNOWN = {
    "what", "closes", "plan_closes", "policy", "frozen_from", "on_close", "undo", "looking", "fails", "ends", "runs", "says",
}  # fmt: skip


def at(clock: str) -> str:
    return f"{DAY}T{clock}"


def house_of(row: dict[str, Any]) -> Fleet:
    ruled = Fleet()
    ruled.tree["strategy"] |= {"run_timeout": "10m", "gate": {"soak": "10m", "every": "10m"}}
    ruled.tree["backout"]["run_timeout"] = "10m"
    ruled.tree["schedule"] = {"on_window_close": row["on_close"]} if "on_close" in row else {}
    if "plan_closes" in row:
        closes = f"{at(row['plan_closes'])}:00Z"
        ruled.tree["schedule"]["window"] = {"opens": f"{at('21:00')}:00Z", "closes": closes}
    if row.get("policy", True):
        rules: dict[str, Any] = {"approvals": {"before": []}, "undo_before_close": row.get("undo", False)}
        night = {"name": "night", "zone": "UTC", "starts": at("21:00"), "ends": at(row["closes"])}
        freeze = {"name": "audit", "zone": "UTC", "starts": at(row.get("frozen_from", "")), "lasts": "12h"}
        if "frozen_from" in row:
            rules["freezes"] = [{**freeze, "reason": "auditors"}]
        ruled.rule(windows=[{**night, "repeats": "FREQ=YEARLY"}], **rules)
    runs_take_time(ruled)
    looking_takes_time(ruled, row)
    if "fails" in row:
        ruled.playbooks.script("deploy", None, Script(results={row["fails"]: "not_done"}))
    return ruled


def runs_take_time(ruled: Fleet) -> None:
    ruled.playbooks.on_start = lambda request: ruled.clock.sleep(600)


def looking_takes_time(ruled: Fleet, row: dict[str, Any]) -> None:
    def look(question: str) -> None:
        if question == "capture" and not ruled.started():
            ruled.clock.sleep(float(seconds_of(row.get("looking", "0s"))))

    ruled.targets.on_question = look


def reasons_given(ruled: Fleet, d: Deployment) -> str:
    hold = d.driving.hold.reason if d.driving.hold is not None else ""
    began = [event.reason for event in ruled.events(d, e.BackoutBegan)]
    grounds = [ground for event in ruled.events(d, e.WaveAuthorised) for ground in event.grounds]
    return "\n".join([hold, *began, *d.preparation.refusals, *grounds])


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_row(row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN
    ruled = house_of(row)
    ended = ruled.deploy()
    runs = [f"{purpose} {' '.join(hosts)}" for purpose, hosts in ruled.started()]
    assert (ended.state.value, runs) == (row["ends"], row["runs"]), reasons_given(ruled, ended)
    assert row.get("says", "") in reasons_given(ruled, ended)
    assert (ended.driving.hold is not None) == (row["ends"] == "deploying")
    assert ruled.clock.now() < ended.began_at + timedelta(hours=3)
