"""The files outside of a project that the check of a plan names, as warnings: a run that reads them surprises nobody."""

import os.path
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.outside import Grounds, roles_path
from orchestrator.adapters.ansible.tree_check.tree_findings import findings_outside, grounds_of
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.evidence.opened_file import in_any
from orchestrator.domain.plan.release_plan import ReleasePlan


def named_by_reading(plan: ReleasePlan, project: Path) -> Callable[[str], bool]:
    """Whether the check names this path because it is written down in a file of the project."""
    playbooks = [project / name for name in plan.playbooks]
    inventory = project / expanded(plan.resources.inventory)
    return in_any(places_named(playbooks, inventory, grounds_of(plan, project)))


def places_named(playbooks: Sequence[Path], inventory: Path, grounds: Grounds) -> list[str]:
    """The paths that are written down in files of the project; a place can be a folder or a pattern."""
    findings = findings_outside(playbooks, inventory, grounds, roles_path(grounds.project))
    return [os.path.normpath(finding.place) for finding in findings if finding.place]
