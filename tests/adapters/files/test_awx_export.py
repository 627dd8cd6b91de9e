"""Exports that are wrong, hostile or enormous: faults, all at once, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.adapters.files.awx_export import LARGEST, load_export
from orchestrator.errors import NotFound, PlanFault
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.translation import translated


def node(name: str, *after: str) -> dict[str, Any]:
    return {"identifier": name, "related": {"success_nodes": [{"identifier": each} for each in after]}}


def workflow(*nodes: dict[str, Any]) -> str:
    return json.dumps({"workflow_job_templates": [{"name": "w", "related": {"workflow_nodes": nodes}}]})


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", ["expected a mapping, found an empty file"]),
        (b"[]", ["expected a mapping of resources, as `awx export` writes it, found a list"]),
        (
            b"{}",
            ["expected at least one of inventory, inventory_sources, job_templates, workflow_job_templates"],
        ),
        (b'{"job_templates": [', [":1: expected JSON, found"]),
        (b'{"job_templates": [NaN]}', ["NaN is no number of JSON"]),
        (
            b'{"job_templates": [], "job_templates": []}',
            ["expected each key once, found `job_templates` again"],
        ),
        (
            b'{"job_templates": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            ["expected at most 32 levels of nesting"],
        ),
        (b'{"job_templates": [' + b"1" * 5000 + b"]}", ["expected JSON in UTF-8"]),
        (b'{"job_templates": "\xff"}', ["expected JSON in UTF-8"]),
        (b"{" + b" " * LARGEST + b"}", ["expected at most 16 MiB, found more"]),
        (b"job_templates: !!python/object/apply:os.system [id]", ["expected no tags"]),
        (b"job_templates: &a [*a]", ["expected no anchors", "expected a value, found the alias"]),
        (
            b'{"job_templates": [{"name": 7, "forks": "many"}, 3], "inventory": {}}',
            [
                "inventory: expected a list of resources, found a mapping",
                "job_templates[0].name: expected a name, found a number",
                "job_templates[0].name: expected text, found a number",
                "job_templates[0].forks: expected a number, found text",
                "job_templates[1]: expected a resource, found a number",
            ],
        ),
        (
            workflow(node("a", "b"), node("b", "a")).encode(),
            ["expected no way back to a node, found a -> b -> a"],
        ),
        (
            workflow(node("a", "z")).encode(),
            ["expected edges to nodes of the workflow, found one from `a` to `z`"],
        ),
        (workflow(node("a"), node("a")).encode(), ["expected each identifier once, found `a` again"]),
    ],
    ids=range(16),
)
def test_every_fault_is_said_at_once(content: bytes, faults: list[str], tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(PlanFault) as caught:
        load_export(path)
    lines = list(map(str, caught.value.faults))
    assert len(lines) == len(faults), lines
    assert [fault in line for fault, line in zip(faults, lines, strict=True)] == [True] * len(faults), lines


def test_no_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere cannot be read \(No such file or directory\)"):
        load_export(tmp_path / "nowhere")


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"job_templates": [{"name": "a", "extra_vars": "b: 1\\n", "forks": 2}]}'
    )
    (tmp_path / "a.yml").write_text("job_templates:\n- extra_vars: |\n    b: 1\n  forks: 2\n  name: a\n")
    first, second = load_export(tmp_path / "a.json"), load_export(tmp_path / "a.yml")
    assert first.tree == second.tree
    assert first.variables == second.variables == {("job_templates", 0, "extra_vars"): {"b": 1}}


TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "related", "hosts", "groups", "workflow_nodes", "identifier", "success_nodes", "survey_spec", "spec",
                 "variable", "default", "choices", "type", "project", "inventory", "natural_key", "labels",
                 "schedules", "rrule",
                 "extra_vars", "variables", "credential_type", "playbook", "notification_configuration", "notification_type",
                 "create_approval_template", "unified_job_template"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["job_templates", "inventory", "workflow_job_templates", "notification_templates", "projects"]),
        st.lists(st.dictionaries(st.just("name"), st.just("n"), min_size=1).flatmap(
            lambda named: TREES.map(lambda tree: {**(tree if isinstance(tree, dict) else {}), **named})), max_size=2),
        min_size=1,
    )
)  # fmt: skip
def test_whatever_it_holds_is_a_fault_or_a_translation(
    tmp_path_factory: pytest.TempPathFactory, tree: object
) -> None:
    path = tmp_path_factory.mktemp("awx") / "export.json"
    path.write_text(json.dumps(tree))
    try:
        export = load_export(path)
    except PlanFault:
        return
    ledger = Ledger(export)
    translated(ledger, None)
    ledger.findings()
