"""Passwords that a run makes and keeps in the project: they are lost with the copy, unless the plan has a place for them."""

import os.path
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.domain.plan.inspection import PlaybookFinding

# A name that begins with a quotation mark and neither `/` nor `~`: one that a template makes is not known before it runs.
_KEPT = re.compile(
    r"""\b(?:lookup|query|q)\(\s*\\?["']{1,2}(?:ansible\.builtin\.)?password\\?["']{1,2}\s*,\s*\\?["']{1,2}(?![/~])([^"'\s]*)"""
)


def passwords_kept(
    path: Path, text: str, playbooks: Sequence[Path], project: Path, outputs: Sequence[str]
) -> Iterator[PlaybookFinding]:
    """A finding for each such place of a file. Ansible takes the name from the folder of the playbook."""
    for match in _KEPT.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if before.lstrip().startswith("#"):
            continue
        if all(_is_output(playbook.parent, match[1], project, outputs) for playbook in playbooks):
            continue
        yield PlaybookFinding(
            file=str(path),
            line=text.count("\n", 0, match.start()) + 1,
            kind="lookup password",
            what="keeps a password in the copy that the run is from, so the next deployment makes another one",
            severity="refuse",
            next_move="name its folder in the plan's resources.outputs, where it is kept from one deployment to the next",
        )


def _is_output(folder: Path, name: str, project: Path, outputs: Sequence[str]) -> bool:
    place = os.path.relpath(os.path.normpath(folder / f"{name}x"), project)
    return any(place.startswith(f"{output}/") for output in outputs)
