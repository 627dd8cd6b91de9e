"""Tasks that stand for what a backout does not undo yet (`orch init` writes them): each is named until it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.adapters.ansible.in_run.actions import key_of
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.domain.adoption.tree_reading import DECLARED_GAP
from orchestrator.domain.plan.inspection import PlaybookFinding


def declared_gaps(task: Item) -> Iterator[PlaybookFinding]:
    """A warning for a task whose name begins with the mark of a gap."""
    name = str(task.keys.get("name", ""))
    if name.startswith(DECLARED_GAP):
        yield PlaybookFinding(
            file=str(task.file),
            line=task.line,
            kind="gap",
            what=f"{name.removeprefix(DECLARED_GAP)}: nothing does that yet, and the backout fails here{_where(task)}",
            severity="warn",
            next_move="write the inverse in its place, or remove it where nothing has to be undone",
        )


def _where(task: Item) -> str:
    """The condition under which the gap is one."""
    if key_of(task.keys, "script"):
        return " where the server was there before"
    given = task.keys.get("when")
    tests = [str(test) for test in (given if isinstance(given, list) else [given] if given else [])]
    return f" where {' and '.join(tests)}" if tests else ""
