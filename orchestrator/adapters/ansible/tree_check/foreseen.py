"""The files outside of a project that the check of a plan named, as warnings: a run that reads them surprises nobody."""

import os.path
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.outside import Grounds, roles_path
from orchestrator.adapters.ansible.tree_check.tree_findings import findings_outside
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.plan.release_plan import ReleasePlan


def foreseen_by(request: AttemptRequest) -> Callable[[str], bool]:
    """Whether the check named this path, or a folder or a pattern that it is in."""
    playbooks = [Path(playbook) for playbook in dict.fromkeys((request.playbook, *request.playbooks))]
    grounds = Grounds.of(Path(request.project), request.ingredients)
    return _is_in([*request.foreseen, *_places(playbooks, Path(request.inventory), grounds)])


def named_by_reading(plan: ReleasePlan, project: Path) -> Callable[[str], bool]:
    """Whether the check names this path because it is written down in a file of the project."""
    playbooks = [project / plan.strategy.playbook, project / plan.backout.playbook]
    inventory = project / Path(plan.resources.inventory).expanduser()
    return _is_in(_places(playbooks, inventory, Grounds.of(project, plan.resources.ingredients)))


def _places(playbooks: Sequence[Path], inventory: Path, grounds: Grounds) -> list[str]:
    findings = findings_outside(playbooks, inventory, grounds, roles_path(grounds.project))
    return [os.path.normpath(finding.place) for finding in findings if finding.place]


def _is_in(places: Sequence[str]) -> Callable[[str], bool]:
    def is_foreseen(path: str) -> bool:
        return any(
            path == place or path.startswith(f"{place}/") or fnmatchcase(path, place) for place in places
        )

    return is_foreseen
