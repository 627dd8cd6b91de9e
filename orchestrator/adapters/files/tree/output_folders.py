"""Outputs of runs: folders in orch's home to which each private copy has links, so that they outlive it."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from orchestrator.errors import StoreFault


def link_outputs(project: Path, copy: Path, kept: Path, outputs: Iterable[str]) -> None:
    """Make the folders in `kept` and the links in the copy. Raises StoreFault.

    What the project has at such a path is taken over once: passwords that exist must not be made anew.
    """
    for output in outputs:
        place, link = kept / output, copy / output
        try:
            if not place.exists():
                _take_over(project / output, place)
            link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            link.symlink_to(place)
        except (OSError, shutil.Error) as error:
            raise StoreFault(
                f"The outputs at {place} cannot be used: {error}. Correct that, then try again."
            ) from None


def _take_over(source: Path, place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not source.is_dir():
        place.mkdir(mode=0o700)
        return
    draft = place.with_name(f".{place.name}.taken-over")
    with suppress(FileNotFoundError):
        shutil.rmtree(draft)
    shutil.copytree(source, draft, symlinks=True)
    draft.rename(place)
