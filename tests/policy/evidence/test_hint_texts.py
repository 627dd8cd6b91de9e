"""Which differences of a hint are shown, and why the others are not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.hint import HintDiff, HintTask
from orchestrator.policy.evidence.hint_texts import paths_to_ask, with_texts_withheld, without_texts

OPEN, CLOSED, ABSENT = {"exists": True, "mode": "0644"}, {"exists": True, "mode": "0640"}, {"exists": False}


def task(**diff: Any) -> HintTask:
    withheld = HintDiff.model_validate({"path": "/etc/a", "form": "text", "text": "+x", **diff})
    return HintTask(
        host="h1", task="t", action="copy", kind="ok", changed=True, message="m", diffs=(withheld,)
    )


def seen(attributes: dict[str, Any] | None) -> Baseline:
    items = (
        () if attributes is None else (ConfigurationItem(kind="file", name="/etc/a", attributes=attributes),)
    )
    moment = datetime(2026, 6, 6, tzinfo=UTC)
    return Baseline(host="h1", machine_id="m1", captured_at=moment, items=items)


ROWS: list[tuple[str, dict[str, Any], Baseline | str | None, tuple[str, ...], str]] = [
    ("everybody may read it", {}, seen(OPEN), (), ""),
    ("not everybody may", {}, seen(CLOSED), (), "closed"),
    ("the plan shows it", {}, seen(CLOSED), ("/etc/a",), ""),
    ("the plan shows what will be closed", {"closed": True}, seen(ABSENT), ("/etc",), ""),
    ("it is new", {}, seen(ABSENT), (), ""),
    ("it is new and will be closed", {"closed": True}, seen(ABSENT), (), "closed"),
    ("it is open and will be closed", {"closed": True}, seen(OPEN), (), "closed"),
    ("nobody answered", {}, "no answer", (), "mode_unknown"),
    ("the host has no ssh", {}, None, (), "mode_unknown"),
    ("the host says nothing of it", {}, seen(None), (), "mode_unknown"),
    ("its mode is none", {}, seen({"exists": True}), (), "mode_unknown"),
    ("it names no file", {"path": ""}, seen(OPEN), (), "no_file"),
    ("words of a module about no file", {"path": "", "form": "prepared"}, seen(OPEN), (), "no_file"),
    ("words of a module about a file", {"form": "prepared"}, seen(CLOSED), (), "closed"),
    ("a state is no text of a file", {"form": "state"}, None, (), ""),
]


@pytest.mark.parametrize(
    ("diff", "modes", "show", "why"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_what_is_withheld(
    diff: dict[str, Any], modes: Baseline | str | None, show: tuple[str, ...], why: str
) -> None:
    known = {} if modes is None else {"h1": modes}
    [judged] = with_texts_withheld(task(**diff), known, BaselineScope(show=show)).diffs
    assert (judged.withheld, judged.text) == (why, "" if why else "+x")


def test_where_the_vaulted_values_are_not_known_no_text_is_kept() -> None:
    kept = without_texts(task(form="state"))
    assert (kept.diffs[0].text, kept.diffs[0].withheld) == ("", "values_unknown")
    assert kept.message != "m"


def test_a_path_that_reads_as_a_pattern_is_not_asked_for() -> None:
    asked = paths_to_ask([task(), task(path="/etc/*"), task(path="etc/b"), task(path="/etc/s", form="state")])
    assert asked == {"h1": ("/etc/a",)}
