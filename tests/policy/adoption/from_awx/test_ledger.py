"""Every field of an export is translated, named, or empty: nothing is dropped without a word."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.adapters.files.awx_export import load_export
from orchestrator.domain.adoption.awx_export import AwxExport, AwxOutcome, AwxReason, TreePath
from orchestrator.policy.adoption.from_awx.ledger import Ledger, leaves
from orchestrator.policy.adoption.from_awx.translation import translated

SHOP = Path(__file__).parents[3] / "cases/awx/shop.json"
TREE: dict[str, Any] = json.loads(SHOP.read_text())


def mappings(tree: Any, path: TreePath = ()) -> list[TreePath]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    own = [path] if isinstance(tree, dict) else []
    return own + [place for key, value in inside for place in mappings(value, (*path, key))]


VARIABLES = load_export(SHOP).variables
PLACES = mappings(TREE)
VALUES = st.one_of(
    st.text(min_size=1, max_size=20), st.integers(), st.booleans(), st.lists(st.integers(), max_size=3)
)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(PLACES), st.text(alphabet="abcdefgh_", min_size=1, max_size=12), VALUES)
def test_a_field_that_nobody_knows_is_covered_by_what_is_said(
    place: TreePath, key: str, value: object
) -> None:
    tree = copy.deepcopy(TREE)
    at: Any = tree
    for part in place:
        at = at[part]
    field = f"unheard_of_{key}"
    at[field] = value
    export = AwxExport("export.json", tree, VARIABLES)
    ledger = Ledger(export)
    translated(ledger, "Shop")
    findings = ledger.findings()
    outcomes: dict[TreePath, set[AwxOutcome]] = {}
    for each in findings:
        for length in range(len(each.place) + 1):
            # What is said within a text of variables is said of the text.
            if each.place[:length] == each.place or length > 2:
                outcomes.setdefault(each.place[:length], set()).add(each.outcome)
    for leaf, what in leaves(tree):
        covering = {each for length in range(len(leaf) + 1) for each in outcomes.get(leaf[:length], ())}
        assert covering, leaf
        if field in leaf and what not in ("", "---", None, []):
            own = {
                each
                for length in range(len(place) + 1, len(leaf) + 1)
                for each in outcomes.get(leaf[:length], ())
            }
            above = {
                each.outcome
                for each in findings
                if each.place == leaf[: len(each.place)] and each.outcome is not AwxOutcome.TRANSLATED
            }
            assert (own | above) & {AwxOutcome.LEFT_OUT, AwxOutcome.PERSON}, leaf


def reasons_of(ledger: Ledger, resource: str, field: str) -> set[AwxReason | None]:
    return {
        each.reason
        for each in ledger.findings()
        if each.resource == resource and ".".join(map(str, each.place[2:])) == field
    }


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("verbosity", AwxReason.VERBOSITY),
        ("become_enabled", AwxReason.BECOME),
        ("job_slice_count", AwxReason.SLICES),
        ("ask_variables_on_launch", AwxReason.ASKED),
        ("extra_vars.shop_token", AwxReason.SECRET),
        ("related.survey_spec.spec.3.default", AwxReason.ANSWER),
        ("related.survey_spec.spec.4", AwxReason.SECRET),
        ("related.credentials.0", AwxReason.CREDENTIAL),
        ("related.schedules.0", AwxReason.SCHEDULE),
        ("forks", None),
        ("scm_branch", None),
    ],
)
def test_each_field_has_its_reason(field: str, reason: AwxReason | None) -> None:
    ledger = Ledger(load_export(SHOP))
    translated(ledger, "Shop")
    assert reasons_of(ledger, 'job template "Deploy shop"', field) == {reason}


def test_a_template_is_what_a_plan_says() -> None:
    ledger = Ledger(load_export(SHOP))
    first, second, *_ = translated(ledger, "Shop").templates
    launch = first.launch
    assert launch.variables == {
        "shop_release": "2.4.1",
        "shop_flags": ["fast", "blue"],
        "shop_stage": "blue",
        "shop_workers": 4,
    }
    assert (launch.tags, launch.skip_tags, launch.forks, launch.run_timeout) == (
        ("app", "config"),
        ("slow",),
        10,
        1800,
    )
    assert launch.approvers == ()
    assert second.launch.approvers == ("approver",)
    assert second.launch.variables == {"shop_warm": True}
    assert any('starts: "2026-01-03T22:00", repeats: "FREQ=WEEKLY;BYDAY=SA"' in note for note in launch.notes)


def test_what_runs_only_after_a_failure_is_no_step() -> None:
    translation = translated(Ledger(load_export(SHOP)), "Shop")
    assert translation.workflows == {"Release the shop": ["Default/Deploy shop", "Default/Warm the cache"]}


def test_no_secret_is_in_what_is_written_or_said() -> None:
    ledger = Ledger(load_export(SHOP))
    translation = translated(ledger, "Shop")
    assert "hunter2" in SHOP.read_text()
    assert "hunter2" not in repr(translation) + repr(ledger.findings())
    assert "$encrypted$" not in repr(translation) + repr(ledger.findings())


def test_a_template_of_another_project_is_named() -> None:
    ledger = Ledger(load_export(SHOP))
    assert translated(ledger, "Bakery").templates == ()
    assert reasons_of(ledger, 'job template "Deploy shop"', "") == {AwxReason.OTHER_PROJECT}
