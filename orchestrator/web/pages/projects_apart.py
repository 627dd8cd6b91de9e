"""Which project a deployment is of, in few words: said only where releases of one name come from several projects."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orchestrator.domain.fold.brief import Brief


def projects_apart(briefs: Iterable[Brief]) -> Mapping[str, str]:
    """By the id of each deployment that another one is called like, the end of its project's path that tells them apart."""
    known = list(briefs)
    projects: dict[str, set[str]] = {}
    for brief in known:
        if brief.project:
            projects.setdefault(brief.release, set()).add(brief.project)
    names = {release: _shortest(folders) for release, folders in projects.items() if len(folders) > 1}
    return {
        brief.id: names[brief.release][brief.project]
        for brief in known
        if brief.project and brief.release in names
    }


def _shortest(folders: set[str]) -> Mapping[str, str]:
    """The shortest endings of these paths that are all different."""
    parts = {folder: PurePosixPath(folder).parts for folder in folders}
    for length in range(1, max(map(len, parts.values())) + 1):
        made = {folder: "/".join(of[-length:]).replace("//", "/") for folder, of in parts.items()}
        if len(set(made.values())) == len(folders):
            return made
    return {folder: folder for folder in folders}
