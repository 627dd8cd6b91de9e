"""The shape that an export must have before anything of it is understood; every departure from it is a fault.

The nouns and their types are those that awxkit writes (`EXPORTABLE_RESOURCES` and the fields of its pages).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from orchestrator.domain.adoption.awx_export import Tree, TreePath

MAPPINGS = ("inventory", "inventory_sources", "job_templates", "workflow_job_templates", "projects", "credentials", "schedules",
            "notification_templates", "users", "organizations", "teams", "credential_types", "execution_environments",
            "applications")  # fmt: skip
_TEXT = ("name", "playbook", "limit", "job_type", "job_tags", "skip_tags", "kind", "source", "source_path", "rrule",
         "identifier", "notification_type", "description", "type", "variable", "question_name", "scm_url",
         "local_path")  # fmt: skip
_NUMBERS = ("forks", "timeout", "job_slice_count", "verbosity")
_NAMED = ("inventory", "inventory_sources", "job_templates", "workflow_job_templates", "projects", "schedules",
          "notification_templates")  # fmt: skip
_LISTS = ("hosts", "groups", "schedules", "labels", "credentials", "workflow_nodes", "success_nodes", "failure_nodes",
          "always_nodes", "children", "spec")  # fmt: skip


class Departure(NamedTuple):
    """A path, what was expected there, and what is there."""

    path: TreePath
    expected: str
    found: str


def departures(tree: Tree) -> Iterator[Departure]:
    """All of them."""
    if not isinstance(tree, dict):
        yield Departure((), "a mapping of resources, as `awx export` writes it", _kind(tree))
        return
    if not any(kind in tree for kind in MAPPINGS):
        yield Departure((), f"at least one of {', '.join(MAPPINGS[:4])}", "none of them")
    for kind in MAPPINGS:
        yield from _resources(kind, tree.get(kind))


def _resources(kind: str, items: Tree) -> Iterator[Departure]:
    if items is None:
        return
    if not isinstance(items, list):
        yield Departure((kind,), "a list of resources", _kind(items))
        return
    for number, item in enumerate(items):
        path: TreePath = (kind, number)
        if not isinstance(item, dict):
            yield Departure(path, "a resource", _kind(item))
            continue
        if kind in _NAMED and not (isinstance(item.get("name"), str) and item["name"]):
            yield Departure((*path, "name"), "a name", _kind(item.get("name")))
        yield from _fields(path, item)
        if kind == "workflow_job_templates":
            yield from _workflow(path, item)


def _fields(path: TreePath, item: Mapping[str, Tree]) -> Iterator[Departure]:
    for key, value in item.items():
        place = (*path, key)
        if value is None or key in ("variables", "extra_vars", "natural_key"):
            continue
        if key in _TEXT and not isinstance(value, str):
            yield Departure(place, "text", _kind(value))
        elif key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int)):
            yield Departure(place, "a number", _kind(value))
        elif key in ("related", "survey_spec"):
            if isinstance(value, dict):
                yield from _fields(place, value)
            else:
                yield Departure(place, "a mapping", _kind(value))
        elif key in _LISTS:
            yield from _list(place, value)


def _list(place: TreePath, value: Tree) -> Iterator[Departure]:
    if not isinstance(value, list):
        yield Departure(place, "a list", _kind(value))
        return
    for number, entry in enumerate(value):
        if not isinstance(entry, dict):
            yield Departure((*place, number), "a mapping", _kind(entry))
        else:
            needs = "identifier" if str(place[-1]).endswith("nodes") else "name"
            named = place[-1] == "spec" or isinstance(entry.get(needs), str)
            if not named:
                yield Departure((*place, number, needs), "text", _kind(entry.get(needs)))
            yield from _fields((*place, number), entry)


def _workflow(path: TreePath, item: Mapping[str, Tree]) -> Iterator[Departure]:
    related = item.get("related")
    nodes = related.get("workflow_nodes") if isinstance(related, dict) else None
    if not isinstance(nodes, list):
        return
    place = (*path, "related", "workflow_nodes")
    edges: dict[str, list[str]] = {}
    for number, node in enumerate(nodes):
        name = node.get("identifier") if isinstance(node, dict) else None
        if isinstance(node, dict) and isinstance(name, str):
            if name in edges:
                yield Departure((*place, number, "identifier"), "each identifier once", f"`{name}` again")
            edges[name] = [target for _, target in edges_of(node)]
    yield from _edges(place, edges)


def _edges(place: TreePath, edges: Mapping[str, list[str]]) -> Iterator[Departure]:
    for name, targets in edges.items():
        for target in (each for each in targets if each not in edges):
            yield Departure(place, "edges to nodes of the workflow", f"one from `{name}` to `{target}`")
    cycle = cycle_in(edges)
    if cycle:
        yield Departure(place, "no way back to a node", " -> ".join(cycle))


def edges_of(node: Mapping[str, Tree]) -> Iterator[tuple[str, str]]:
    """The kind and the target of each edge; what is no edge was named before."""
    related = node.get("related")
    for kind in ("success_nodes", "failure_nodes", "always_nodes"):
        targets = related.get(kind) if isinstance(related, dict) else None
        for target in targets if isinstance(targets, list) else ():
            if isinstance(target, dict) and isinstance(target.get("identifier"), str):
                yield kind.removesuffix("_nodes"), str(target["identifier"])


def cycle_in(edges: Mapping[str, list[str]]) -> list[str]:
    """A way that comes back to its first node; empty if there is none. Works without recursion, for any length."""
    done: set[str] = set()
    for start in edges:
        way: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                del way[name]
                done.add(name)
            elif name in way:
                names = list(way)
                return [*names[names.index(name) :], name]
            elif name not in done:
                way[name] = None
                stack.append((name, True))
                stack += [(target, False) for target in edges.get(name, ())]
    return []


def _kind(value: Tree) -> str:
    if value is None:
        return "nothing"
    names: dict[type, str] = {bool: "true or false", str: "text", list: "a list", dict: "a mapping"}
    return names.get(type(value), "a number")
