"""A workflow as plans in an order: what runs after what, and where a person approves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from orchestrator.domain.adoption.awx_export import AwxReason, Tree, TreePath
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import below, key_of, of_kind, text_of
from orchestrator.policy.adoption.from_awx.shape import edges_of

APPROVER = "approver"
_OF_A_NODE = ("extra_data", "scm_branch", "job_type", "job_tags", "skip_tags", "limit", "diff_mode", "verbosity", "forks",
              "job_slice_count", "timeout", "execution_environment", "inventory")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A job template in a workflow: its place in the order, and whether a person approves before it."""

    workflow: str
    number: int
    of: int
    approved: bool


def steps(ledger: Ledger) -> tuple[dict[str, list[Step]], dict[str, list[str]]]:
    """The steps by the key of their job template, and the keys of each workflow in their order."""
    by_template: dict[str, list[Step]] = {}
    orders: dict[str, list[str]] = {}
    for path, workflow in of_kind(ledger.export, "workflow_job_templates"):
        name = text_of(workflow, "name")
        ledger.translated(*path, "name")
        ledger.translated(*path, "description")
        for key in ("natural_key", "organization"):
            ledger.reference(*path, key)
        for key in (
            "survey_enabled",
            "allow_simultaneous",
            *(key for key in workflow if key.startswith("ask_")),
        ):
            if workflow.get(key) is False:
                ledger.at_default(*path, key)
        nodes = {
            text_of(node, "identifier"): (at, node)
            for at, node in below(path, workflow, "related", "workflow_nodes")
        }
        order = _order({each: [target for _, target in edges_of(node)] for each, (_, node) in nodes.items()})
        reached = _reached(nodes)
        after_approval = {to for _, node in nodes.values() if _is_approval(node) for _, to in edges_of(node)}
        jobs = [each for each in order if each in reached and nodes[each][1].get("unified_job_template")]
        for each in order:
            _say(ledger, *nodes[each])
        for number, each in enumerate(jobs, 1):
            key = key_of(nodes[each][1]["unified_job_template"])
            approved = each in after_approval
            by_template.setdefault(key, []).append(Step(name, number, len(jobs), approved))
            orders.setdefault(name, []).append(key)
    return by_template, orders


def _reached(nodes: Mapping[str, tuple[TreePath, Mapping[str, Tree]]]) -> set[str]:
    """The nodes that run where everything goes well: what is reached by failure edges alone is none of the order."""
    targets = {target for _, node in nodes.values() for _, target in edges_of(node)}
    waiting, reached = [each for each in nodes if each not in targets], set[str]()
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting += [target for kind, target in edges_of(nodes[each][1]) if kind != "failure"]
    return reached


def _is_approval(node: Mapping[str, Tree]) -> bool:
    related = node.get("related")
    return isinstance(related, dict) and bool(related.get("create_approval_template"))


def _say(ledger: Ledger, path: TreePath, node: Mapping[str, Tree]) -> None:
    for key in ("identifier", "all_parents_must_converge"):
        ledger.translated(*path, key)
    for key in ("natural_key", "unified_job_template", "workflow_job_template"):
        ledger.reference(*path, key)
    for key in _OF_A_NODE:
        if node.get(key) not in (None, "", {}):
            ledger.left_out((*path, key), AwxReason.OVERRIDE)
    approval = (*path, "related", "create_approval_template")
    for key in ("name", "description", "timeout"):
        ledger.translated(*approval, key)
    kinds = {kind for kind, _ in edges_of(node)}
    if kinds & {"failure", "always"} or len(list(edges_of(node))) > 1:
        ledger.person((*path, "related"), AwxReason.BRANCHES, ", ".join(sorted(kinds)))
    for at, _ in below(path, node, "related", "success_nodes"):
        ledger.reference(*at)


def _order(edges: Mapping[str, list[str]]) -> list[str]:
    """Each node after all that lead to it. There is no cycle: that is a fault of the export."""
    before: dict[str, set[str]] = {each: set() for each in edges}
    for each, targets in edges.items():
        for target in targets:
            before[target].add(each)
    return list(TopologicalSorter(before).static_order())
