"""The JSON lines are the journal and a result, and docs/json-lines.md tells every kind and field of them."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from orchestrator.cli.views.json_lines import JsonLines
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.engine.lookup.result_line import ResultLine
from orchestrator.policy.telling.host_rows import HostRow
from tests.journals.corpus import NAMES, recorded

KINDS: dict[str, type[BaseModel]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(Event)[0])
}


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_what_the_page_says(name: str) -> None:
    printed: list[str] = []
    view = JsonLines(printed.append)
    records = recorded(name)
    for record in records:
        view(record)
    view.ended(fold(records))
    assert [Recorded.model_validate_json(line) for line in printed[:-1]] == records
    result = ResultLine.model_validate_json(printed[-1])
    assert result.deployment == records[0].deployment
    assert set(result.hosts) == set(fold(records).standings)
    assert all("\n" not in line for line in printed)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("completed_phased", 0),
        ("big_bang_60", 1),
        ("refused_environment", 4),
        ("pilot_backed_out", 5),
        ("residue", 6),
        ("backout_failed", 7),
        ("held", 8),
    ],
)
def test_the_result_carries_the_exit_code(name: str, code: int) -> None:
    printed: list[str] = []
    JsonLines(printed.append).ended(fold(recorded(name)))
    assert json.loads(printed[0])["exit_code"] == code


def row_of(kind: type[BaseModel]) -> str:
    fields = ", ".join(f"`{name}`" for name in kind.model_fields if name != "kind") or "none"
    return f"| `{kind.model_fields['kind'].default}` | {fields} | {(kind.__doc__ or '').splitlines()[0]} |"


def page(root: Path) -> str:
    return (root / "docs/json-lines.md").read_text(encoding="utf-8")


def test_the_page_tells_every_kind_of_event_and_its_fields(root: Path) -> None:
    missing = [row for row in map(row_of, KINDS.values()) if row not in page(root).splitlines()]
    assert missing == [], "these rows belong into the table of docs/json-lines.md, in place of the old ones"


@pytest.mark.parametrize("model", [Recorded, ResultLine, HostRow])
def test_the_page_tells_every_field_around_the_events(root: Path, model: type[BaseModel]) -> None:
    assert {name for name in model.model_fields if f"`{name}`" not in page(root)} == set()
