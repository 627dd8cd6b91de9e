"""Messages of other tools become incidents by a map; what does not fit is named and never guessed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.incident_map import SAME_NAMES, IncidentMap
from orchestrator.policy.course.incident_mapping import LONGEST, incident_from, mapped

TABLE: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
    (Path(__file__).parents[2] / "cases/incidents/mapped.yml").read_text(encoding="utf-8")
)
NOW = datetime.fromisoformat("2026-03-03T08:10:00+00:00")
KNOWN = Incident(id="I-1", title="It hangs", opened=NOW, severity="2", hosts=("web1",))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc012*"), inner, max_size=4)
    ),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "0", "1", "2", "*"]), min_size=1, max_size=4).map(".".join)


def map_of(fields: dict[str, Any]) -> IncidentMap:
    return IncidentMap.model_validate({"orch": 1, "fields": fields})


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["what"])
def test_row(row: dict[str, Any]) -> None:
    result = mapped(row["message"], map_of(row["map"]) if "map" in row else SAME_NAMES)
    shown = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in result.fields.items()
    }
    assert [fault.partition(":")[0] for fault in result.faults] == row.get("wrong", [])
    if "takes" in row:
        assert shown == row["takes"]


@given(VALUES, st.dictionaries(st.sampled_from(["title", "opened", "hosts", "severity"]), PATHS))
def test_no_message_breaks_it_and_what_is_taken_is_bounded(message: object, fields: dict[str, str]) -> None:
    result = mapped(message, map_of({"id": "a", **fields}))
    for value in result.fields.values():
        assert isinstance(value, str | list | datetime)
        assert len(value if isinstance(value, str | list) else "") <= LONGEST


def test_a_later_message_changes_what_it_says_and_leaves_the_rest() -> None:
    closed = incident_from({"id": "I-1", "closed": NOW}, KNOWN)
    assert closed == KNOWN.model_copy(update={"closed": NOW})


def test_an_incident_that_lacks_something_is_refused_with_everything_that_it_lacks() -> None:
    faults = incident_from({"id": "not a name", "severity": "1"}, None)
    assert isinstance(faults, tuple)
    assert [fault.partition(":")[0] for fault in faults] == ["id", "title", "opened"]
    assert "not a name" not in "".join(faults)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": "a..b"},
        {"id": {"at": "a", "always": "b"}},
        {"id": {}},
        {"id": "a", "when": "b"},
        {"id": "a b"},
    ],
)
def test_a_map_with_a_fault_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"id|when|at"):
        map_of(fields)
