"""Every leaf of an export, and what was said of it. A leaf of which nothing was said is named as not translated."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.adoption.awx_export import (
    AwxExport,
    AwxFinding,
    AwxOutcome,
    AwxReason,
    Tree,
    TreePath,
)

_EMPTY: tuple[Tree, ...] = (None, "", "---")
_OF_A_KEY = ("name", "type", "organization", "inventory", "identifier", "workflow_job_template", "credential_type", "kind",
             "username", "id")  # fmt: skip
_NOUNS = {
    "job_templates": "job template",
    "workflow_job_templates": "workflow",
    "projects": "project",
    "inventory": "inventory",
    "inventory_sources": "inventory source",
    "credentials": "credential",
    "credential_types": "credential type",
    "schedules": "schedule",
    "notification_templates": "notification template",
    "execution_environments": "execution environment",
    "organizations": "organization",
    "teams": "team",
    "users": "user",
    "applications": "application",
}


class Ledger:
    """What is said of a subtree holds for its leaves, except `translated`, which holds for one leaf alone: no field that nobody
    knows can hide below one that was understood."""

    def __init__(self, export: AwxExport) -> None:
        self.export = export
        self._leaves = dict(leaves(dict(export.tree)))
        self._said: dict[TreePath, list[AwxFinding]] = {}

    def translated(self, *path: str | int) -> None:
        """This leaf is in a file that is written."""
        if path in self._leaves:
            self._add(path, AwxOutcome.TRANSLATED, None, "")

    def reference(self, *path: str | int) -> None:
        """This natural key was followed, or only identifies its resource."""
        value: Tree = dict(self.export.tree)
        for part in path:
            if isinstance(value, dict):
                value = value.get(str(part))
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
        self._follow(path, value)

    def _follow(self, path: TreePath, value: Tree) -> None:
        if not isinstance(value, dict) or not value:
            self.translated(*path)
            return
        for key, each in value.items():
            if key in _OF_A_KEY:
                self._follow((*path, key), each)

    def person(self, path: TreePath, reason: AwxReason, words: str = "") -> None:
        """A person must look at this subtree."""
        self._add(path, AwxOutcome.PERSON, reason, words)

    def left_out(self, path: TreePath, reason: AwxReason, words: str = "") -> None:
        """This subtree has no counterpart that could be written."""
        self._add(path, AwxOutcome.LEFT_OUT, reason, words)

    def at_default(self, *path: str | int) -> None:
        """This leaf is as it is where nobody chose anything."""
        if path in self._leaves:
            self._add(path, AwxOutcome.EMPTY, None, "")

    def findings(self) -> tuple[AwxFinding, ...]:
        """All of them in the order of the export; each leaf is covered by one at least."""
        by_leaf = dict(self._said)
        for leaf, value in self._leaves.items():
            if leaf in self._said or any(self._covers(leaf[:length]) for length in range(len(leaf))):
                continue
            empty = value in _EMPTY if not isinstance(value, (list, dict)) else True
            outcome, reason = (AwxOutcome.EMPTY, None) if empty else (AwxOutcome.LEFT_OUT, AwxReason.NO_NOUN)
            by_leaf[leaf] = [AwxFinding(self._resource(leaf), leaf, outcome, reason)]
        order = {path: number for number, path in enumerate(_orders(self._leaves))}
        return tuple(
            each
            for path in sorted(by_leaf, key=lambda path: order.get(path, order.get(path[:-1], len(order))))
            for each in by_leaf[path]
        )

    def _covers(self, path: TreePath) -> bool:
        return any(each.outcome is not AwxOutcome.TRANSLATED for each in self._said.get(path, ()))

    def _add(self, path: TreePath, outcome: AwxOutcome, reason: AwxReason | None, words: str) -> None:
        finding = AwxFinding(self._resource(path), path, outcome, reason, words)
        findings = self._said.setdefault(path, [])
        if finding not in findings:
            findings.append(finding)

    def _resource(self, path: TreePath) -> str:
        kind = str(path[0]) if path else ""
        items = self.export.tree.get(kind)
        if len(path) < 2 or not isinstance(items, list) or not isinstance(path[1], int):
            return kind
        item = items[path[1]] if path[1] < len(items) else None
        names = item if isinstance(item, dict) else {}
        name = next((names[key] for key in ("name", "username") if isinstance(names.get(key), str)), path[1])
        return f'{_NOUNS.get(kind, kind)} "{name}"'


def leaves(tree: Tree, path: TreePath = ()) -> Iterator[tuple[TreePath, Tree]]:
    """Each value that holds no other, with its path; an empty list or mapping is one."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    elif isinstance(tree, list) and tree:
        for number, value in enumerate(tree):
            yield from leaves(value, (*path, number))
    else:
        yield path, tree


def _orders(paths: dict[TreePath, Tree]) -> dict[TreePath, None]:
    """Each path after those above it."""
    order: dict[TreePath, None] = {}
    for path in paths:
        for length in range(1, len(path) + 1):
            order.setdefault(path[:length])
    return order
