"""Folders that runs write into for people: none of them may hold what a run reads as code, variables or inventory."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage

READ_BY_NAME = frozenset(
    {
        "group_vars",
        "host_vars",
        "library",
        "module_utils",
        "roles",
        "collections",
        "vars",
        "tasks",
        "handlers",
    }
)
"""Names of folders that Ansible searches by itself, like those that end in `_plugins`."""


def is_read_by_name(name: str) -> bool:
    """Whether Ansible reads a folder of this name without being told to."""
    return name in READ_BY_NAME or name.endswith("_plugins")


def unfit_outputs(plan: ReleasePlan) -> Iterator[Objection]:
    """Folders whose content would decide what a run does, though nobody approves it."""
    named = {
        **{_playbook_words("deploy", stage): stage.playbook for stage in plan.stages if stage.playbook},
        **{
            _playbook_words("backout", stage): stage.backout.playbook
            for stage in plan.stages
            if stage.backout.playbook
        },
        "the inventory": plan.resources.inventory,
        **{f"the release unit {unit.name}": unit.place for unit in plan.release.units},
    }
    for index, output in enumerate(plan.resources.outputs):
        finding = _why_unfit(PurePosixPath(output), named)
        if finding is not None:
            expected = "a folder of its own, which no run reads as a part of the tree"
            yield Objection(f"resources.outputs[{index}]", expected, finding, "name another folder")


def _playbook_words(purpose: str, stage: Stage) -> str:
    return f"the {purpose} playbook" + (f" of stage {stage.name}" if stage.name else "")


def _why_unfit(output: PurePosixPath, named: dict[str, str]) -> str | None:
    read = next((part for part in output.parts if is_read_by_name(part)), None)
    if read is not None:
        return f"{output}, and Ansible reads `{read}` by its name"
    for what, path in named.items():
        place = PurePosixPath(path)
        if output == place or output in place.parents:
            return f"{output}, which holds {what}"
        if what == "the inventory" and place in output.parents:
            return f"{output}, which is below {what}"
    return None
