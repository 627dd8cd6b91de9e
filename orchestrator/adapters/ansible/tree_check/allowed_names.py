"""Names in a plan's allowances that no task of the playbook has: they allow nothing, which shows only where a run fails."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.allowable import task_name
from orchestrator.adapters.ansible.tree_check.outside import Grounds, collection_roots, not_foreseen
from orchestrator.adapters.ansible.tree_check.playbook_files import PlaybookFiles
from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.policy.planning.allowed_constructs import names_no_task

_LISTS = ("ignored_tasks", "rescued_tasks", "check_mode_tasks", "unreachable_tasks")


def names_of_no_task(
    plan: ReleasePlan, grounds: Grounds, roles_path: Sequence[Path]
) -> Iterator[PlaybookFinding]:
    """A warning for each list with such names. Where a template chooses what is included, the names may be there."""
    for stage in plan.stages:
        for playbook, allow in ((stage.playbook, stage.allow), (stage.backout.playbook, stage.backout.allow)):
            if playbook and any(getattr(allow, field) for field in _LISTS):
                yield from _of_playbook(grounds.project / playbook, allow, grounds, roles_path)


def _of_playbook(
    playbook: Path, allow: Allowance, grounds: Grounds, roles_path: Sequence[Path]
) -> Iterator[PlaybookFinding]:
    collections = collection_roots(grounds, playbook.parent)
    files = PlaybookFiles(playbook, grounds.project, roles_path, collections)
    tasks = [task for _, tasks in files.plays() for task in tasks]
    if files.roles_not_found or any(True for task in tasks for _ in not_foreseen(task)):
        return
    names = [task_name(task.keys) for task in tasks]
    for field in _LISTS:
        unknown = names_no_task(getattr(allow, field), names)
        if unknown:
            yield PlaybookFinding(
                file=str(playbook),
                line=None,
                kind=f"allow.{field}",
                what=f"no task of it is called {', '.join(map(repr, unknown))}, so nothing is allowed by that",
                severity="warn",
                next_move="name the task as its file does, with or without its role, or take the name out of the plan",
            )
