"""Compares a private copy with the effective plan of its deployment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.effective_plan import (
    Change,
    EffectivePlan,
    Ingredient,
    change_of,
    changes_between,
)
from orchestrator.domain.plan.installed import is_installed
from orchestrator.domain.plan.target import Target
from orchestrator.policy.planning.digests import in_place_of, with_files
from orchestrator.policy.planning.outputs import is_read_by_name

MOST_CHANGES = 5
LONGEST = 300
"""The longest text of one change, in characters; all changes fit into one reason of an event."""


def changes_in_copy(
    d: Deployment, files: Mapping[str, str], artefacts: Mapping[str, str]
) -> tuple[Change, ...]:
    """Every ingredient with files that differ from those at planning."""
    if d.authority.effective is None:
        return ()
    files = _with_inventory_in_place(files, d.authority.effective)
    left = {*files_left(d, files)}
    kept = {path: digest for path, digest in files.items() if path not in left}
    planned = [_as_planned(target, d) for target in d.targets]
    now = with_files(d.authority.effective, d.plan, planned, d.waves, tree=kept, artefacts=artefacts)
    return changes_between(d.authority.effective, now)


def files_left(d: Deployment, files: Iterable[str]) -> tuple[str, ...]:
    """The files that earlier runs left where nothing approved reads them; they are removed before the next attempt."""
    if d.authority.effective is None:
        return ()
    known = known_files(d.authority.effective)
    folders = {str(parent) for path in known for parent in PurePosixPath(path).parents}
    return tuple(
        path
        for path in files
        if path not in known
        and not path.startswith("/")
        and left_by_a_run(path, folders, d.plan.resources.inventory)
    )


def changes_in_replacement(
    replacement: BackoutReplacement, files: Mapping[str, str], inventory: str
) -> tuple[Change, ...]:
    """The files of another backout playbook's tree that differ from those that a person gave their word for."""
    planned = Ingredient(name="playbook tree", parts=replacement.files)
    kept = {
        path: digest
        for path, digest in files.items()
        if path in replacement.files or not left_by_a_run(path, replacement.files, inventory)
    }
    now = Ingredient(name="playbook tree", parts=kept)
    return () if planned.parts == now.parts else (change_of(planned, now),)


def _with_inventory_in_place(files: Mapping[str, str], planned: EffectivePlan) -> dict[str, str]:
    """Files outside the project are compared where both sides have some: an older orch digested none."""
    before, now = in_place_of(planned.parts("hosts")), in_place_of(files)
    return {
        **{path: digest for path, digest in files.items() if path not in now},
        **(now if before and now else before),
    }


def changes_in_words(changes: Iterable[Change | str]) -> tuple[str, ...]:
    """Each change as text that fits into an event: of a long list the beginning, and its length."""
    every = tuple(changes)
    return (*map(_shortened, every[:MOST_CHANGES]), *_more_than_shown(every))


def refusals_of(changes: Iterable[Change | str], project: str) -> tuple[str, ...]:
    """Why no attempt may start from the copy: each change, with its remedy."""
    every = tuple(changes)
    reasons = (
        _inventory_words(_shortened(change))
        if _is_in_place(change)
        else _copy_words(_shortened(change), project)
        for change in every[:MOST_CHANGES]
    )
    return (*reasons, *(_copy_words(more, project) for more in _more_than_shown(every)))


def _is_in_place(change: Change | str) -> bool:
    """Whether it belongs to what lies outside the project, which orch neither copies nor restores."""
    if not isinstance(change, Change):
        return False
    parts = (*change.changed, *change.added, *change.removed)
    if change.ingredient == "hosts":
        return any(part.startswith("/") for part in parts)
    return all(map(is_installed, parts))


def _inventory_words(change: str) -> str:
    return f"what runs read in place is not what was approved: {change}; make it what it was, then retry"


def _copy_words(change: str, project: str) -> str:
    return (
        f"the private copy is not what was approved: {change}; put the approved files into {project}, "
        "then retry: they are copied again where they are what was approved"
    )


def _shortened(change: Change | str) -> str:
    words = str(change)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}... ({len(words)} characters)"


def _more_than_shown(changes: Sequence[Change | str]) -> tuple[str, ...]:
    more = len(changes) - MOST_CHANGES
    return (f"and {more} more",) if more > 0 else ()


def known_files(effective: EffectivePlan) -> dict[str, str]:
    """The digest of each file of the tree; `hosts` holds the inventory's files, among parts that are not files."""
    return {**effective.parts("hosts"), **effective.parts("playbook tree")}


def left_by_a_run(path: str, folders: Collection[str], inventory: str) -> bool:
    """Whether nothing approved reads this new file by itself: its folder is none of the tree's `folders`.

    Runs leave such files, by `fetch` or as a cache of facts. A new folder that Ansible searches by name is not one of them, nor
    is any folder below it. If the inventory is a folder, Ansible reads every file in it, however deep.
    """
    parents = [str(parent) for parent in PurePosixPath(path).parents]
    new = [folder for folder in parents if folder not in folders]
    read = str(PurePosixPath(inventory)) in parents or any(
        is_read_by_name(PurePosixPath(folder).name) for folder in parents
    )
    return bool(new) and not read


def _as_planned(target: Target, d: Deployment) -> Target:
    """The target with the paths that it has in the project."""
    if target.private_key is None and target.known_hosts is None:
        return target
    return Target.updated(
        target,
        host=target.host,
        address=target.address,
        private_key=_in_project(target.private_key, d),
        known_hosts=_in_project(target.known_hosts, d),
    )


def _in_project(path: str | None, d: Deployment) -> str | None:
    if path is None or d.private_copy.folder is None or not path.startswith(f"{d.private_copy.folder}/"):
        return path
    return f"{d.project}/{path.removeprefix(f'{d.private_copy.folder}/')}"
