"""Files that a run read although they are no part of what was approved."""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from orchestrator.domain.text.model_base import Many, Noun

MOST = 1000
"""Files of one run that are kept by name."""
NAMED = 5
"""Files that one sentence names."""


class OpenedFile(Noun):
    """A file outside of the private copy that a run opened to read, and that neither the plan nor its check names.

    `task`: the first task that did, for the host `by`; both are empty where Ansible read it between tasks.
    """

    path: str
    task: str = ""
    by: str = ""

    @property
    def words(self) -> str:
        """The file and how it came to be read, in words."""
        if not self.task:
            return self.path
        return f"{self.path} (task '{self.task}'{f' for {self.by}' if self.by else ''})"


def each_once(files: Iterable[OpenedFile]) -> Many[OpenedFile]:
    """Each file once, as it was opened first; at most `MOST`."""
    by_path: dict[str, OpenedFile] = {}
    for file in files:
        by_path.setdefault(file.path, file)
    return tuple(by_path.values())[:MOST]


def opened_words(files: Sequence[OpenedFile]) -> str:
    """The first files in words, and how many more there are."""
    more = f"; and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return "; ".join(file.words for file in files[:NAMED]) + more


def in_any(places: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is one of these places, or in one."""

    def is_in(path: str) -> bool:
        return any(
            path == place or path.startswith(f"{place}/") or fnmatchcase(path, place) for place in places
        )

    return is_in
