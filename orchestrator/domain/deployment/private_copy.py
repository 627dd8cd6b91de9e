"""The private copy that a deployment runs from: a folder of files as they were approved."""

from pathlib import PurePosixPath
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.model_base import Many, Noun


class PrivateCopy(Noun):
    """Its size in bytes, and its folder once it exists; `mend`: a person chose retry, so the copy may be repaired.

    `foreseen`: paths outside of it that the check of the plan named. `installed`: collections and
    roles beside it that runs use. `archive`: the digest by which other machines find it; empty where none does.
    """

    size: int = 0
    folder: str | None = None
    mend: bool = False
    foreseen: Many[str] = ()
    installed: Many[InstalledPart] = ()
    archive: str = ""


PrivateCopyEvent = e.WindowOpened | e.Retried | e.WaveAuthorised | e.WaveNotAuthorised
CHANGED_BY = frozenset(get_args(PrivateCopyEvent))


def copy_after(private_copy: PrivateCopy, event: e.Event) -> PrivateCopy:
    """The private copy after one more event."""
    return _changed(private_copy, event) if _changes(event) else private_copy


def _changes(event: e.Event) -> TypeGuard[PrivateCopyEvent]:
    return type(event) in CHANGED_BY


def _changed(private_copy: PrivateCopy, event: PrivateCopyEvent) -> PrivateCopy:
    match event:
        case e.WindowOpened(frozen=folder, archive=archive):
            return PrivateCopy.updated(private_copy, folder=folder, archive=archive)
        case e.Retried():
            return PrivateCopy.updated(private_copy, mend=True)
        case e.WaveAuthorised() | e.WaveNotAuthorised():
            return PrivateCopy.updated(private_copy, mend=False)


def in_copy(target: Target, project: str, folder: str, effective: EffectivePlan | None) -> Target:
    """The target with its key and host key files in the private copy, if they are files of the project."""
    if target.private_key is None and target.known_hosts is None:
        return target
    return Target.updated(
        target,
        host=target.host,
        address=target.address,
        private_key=_path_in_copy(target.private_key, project, folder, effective),
        known_hosts=_path_in_copy(target.known_hosts, project, folder, effective),
    )


def _path_in_copy(path: str | None, project: str, folder: str, effective: EffectivePlan | None) -> str | None:
    if path is None or effective is None or not PurePosixPath(path).is_relative_to(project):
        return path
    inside = str(PurePosixPath(path).relative_to(project))
    return f"{folder}/{inside}" if effective.has_file(inside) else path
