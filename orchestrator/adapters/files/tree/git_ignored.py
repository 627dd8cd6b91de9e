"""What git leaves out of a checkout: by .gitignore in each folder and .git/info/exclude, but never a tracked file.

As gitignore(5), without the lists of one person (`core.excludesFile`) and without `core.ignoreCase`: both belong to a
machine, and a digest has to be the same on all. A tree without git is read by its .gitignore files alone.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchestrator.adapters.files.tree.git_index import Repository, repository_at, tracked

if TYPE_CHECKING:
    pass

LIST = ".gitignore"
_NOTHING = "$."


class Patterns:
    """The lines of one list of patterns."""

    def __init__(self, lines: Iterable[str]) -> None:
        # Imported here: many projects have no list, and every plan check starts faster without the import.
        from pathspec import GitIgnoreSpec

        self._spec: GitIgnoreSpec = GitIgnoreSpec.from_lines(lines)
        expressions = [pattern.regex.pattern for pattern in self._spec.patterns if pattern.regex is not None]
        # One look for all lines: most files match none.
        self._any = re.compile("|".join(expressions).replace("?P<ps_d>", "") or _NOTHING)

    def verdict(self, path: str) -> bool | None:
        """True where the last line that fits names it, False where that line takes it back, None where no line fits.

        A folder's path ends with a slash.
        """
        return self._spec.check_file(path).include if self._any.search(path) else None


def read_patterns(file: Path) -> Patterns | None:
    """The patterns of a file; None where there is none, or nothing that can be read in it."""
    try:
        if not file.is_file():
            return None
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return Patterns(lines) if any(line.strip() and not line.startswith("#") for line in lines) else None


class _Checkout:
    """A repository with its tracked files; without one, the folder at which lists of patterns begin."""

    def __init__(self, top: Path, repository: Repository | None) -> None:
        self.top = top
        self._repository = repository

    def exclude(self) -> Patterns | None:
        return read_patterns(self._repository.exclude) if self._repository is not None else None

    @cached_property
    def tracked(self) -> frozenset[str] | None:
        return tracked(self._repository) if self._repository is not None else frozenset()


class _Folder:
    """The lists that count in one folder, the nearest first, each with the beginning of the paths that it is for."""

    def __init__(self, checkout: _Checkout, above: Sequence[tuple[int, Patterns]], here: Path) -> None:
        self.checkout = checkout
        self.within = here.relative_to(checkout.top).as_posix()
        own = read_patterns(here / LIST)
        start = 0 if self.within == "." else len(self.within) + 1
        self.lists = [*([(start, own)] if own is not None else []), *above]

    def ignores(self, name: str, *, folder: bool) -> bool:
        path = name if self.within == "." else f"{self.within}/{name}"
        shown = f"{path}/" if folder else path
        for start, patterns in self.lists:
            verdict = patterns.verdict(shown[start:])
            if verdict is not None:
                return verdict and self._untracked(path)
        return False

    def _untracked(self, path: str) -> bool:
        tracked = self.checkout.tracked
        return tracked is not None and path not in tracked


class GitIgnored:
    """Whether git leaves out paths of a project, which may be a part of a checkout, and hold others (submodules)."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._folders: dict[str, _Folder] = {"": self._first()}

    def __call__(self, path: PurePosixPath, folder: bool) -> bool:  # noqa: FBT001 - as the other rules of a tree
        """The folder above has to be one that is not left out itself, or that is kept although git would leave it out."""
        above, _, name = str(path).rpartition("/")
        return self._folder(above).ignores(name, folder=folder)

    def _folder(self, path: str) -> _Folder:
        known = self._folders.get(path)
        if known is None:
            above, here = self._folder(path.rpartition("/")[0]), self._root / path
            own = repository_at(here)
            known = _begin(own) if own is not None else _Folder(above.checkout, above.lists, here)
            self._folders[path] = known
        return known

    def _first(self) -> _Folder:
        """The project's own folder. Lists above it count where it is a part of the checkout that they belong to."""
        repository = next(
            (
                repository
                for place in (self._root, *self._root.parents)
                if (repository := repository_at(place))
            ),
            None,
        )
        if repository is None:
            return _Folder(_Checkout(self._root, None), (), self._root)
        current = _begin(repository)
        for part in self._root.relative_to(repository.top).parts:
            if current.ignores(part, folder=True):
                return _Folder(_Checkout(self._root, None), (), self._root)
            place = repository.top / current.within / part
            current = _Folder(current.checkout, current.lists, place)
        return current


def _begin(repository: Repository) -> _Folder:
    checkout = _Checkout(repository.top, repository)
    exclude = checkout.exclude()
    return _Folder(checkout, () if exclude is None else ((0, exclude),), repository.top)
