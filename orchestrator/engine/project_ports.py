"""The ports of a project: its plans, what Ansible makes of them, its files and its media library."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding, Vaulted
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.library import LibraryKnown
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.errors import NotFound


class PlanFiles(ABC):
    """Release plans in files, each in the folder of its project."""

    @abstractmethod
    def load(self, file: Path, project: Path | None = None) -> PreparedPlan:
        """Load the plan in a file, with its line numbers and its project; files that it names are not opened.

        `project` overrides the folder that paths are relative to. Raises NotFound, or PlanFault with every schema fault.
        """


class Inspector(ABC):
    """What Ansible itself reports of a plan's inventory and playbooks, without touching a host."""

    @abstractmethod
    def inspect(
        self, plan: ReleasePlan, project: Path, say: Callable[[str], None] = lambda step: None
    ) -> Inspection:
        """The targets of `strategy.hosts`, the groups, and the playbooks of the plan, in its order.

        Never raises for the content of users' files; the inspection holds their faults. `say`: a step that takes seconds, in
        words, each time that it has come further.
        """

    def vaulted(self, plan: ReleasePlan, project: Path, origin: Path | None = None) -> Vaulted:
        """The vaulted values that an inspection of the plan finds, by one of its own. Never raises for users' files.

        `origin`: the project that `project` is a copy of, where files with passwords stay.
        """
        return self.inspect(plan, project).vaulted

    @property
    def given_password(self) -> bool:
        """Whether this process was given the password to become root, by a person and not by the project."""
        return False

    @abstractmethod
    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        """Constructs in a playbook and its includes that can report a false success or wait for a person."""

    @abstractmethod
    def tree_findings(self, plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
        """What any file that runs of this plan can load reads from elsewhere: the environment, other places."""

    def installed(self, plan: ReleasePlan, project: Path, opened: Sequence[str]) -> list[InstalledPart]:
        """The collections and roles outside of the project, and of what the plan names, that runs of this plan use.

        `opened`: files that Ansible opened while it inspected the plan.
        """
        return []

    @abstractmethod
    def code_of_tree(self, plan: ReleasePlan, project: Path) -> list[str]:
        """The files that `inspect` may run as code on this machine: plugins, programs. None of them is run here."""

    @abstractmethod
    def settings_overridden(self, project: Path) -> list[str]:
        """A sentence for each setting of the project's ansible.cfg that orch does not follow."""


FileKind = Literal["file", "directory", "absent", "outside"]


class ProjectFiles(ABC):
    """The files that a plan names, by their paths in its project."""

    @abstractmethod
    def kind(self, project: Path, path: str) -> FileKind:
        """The kind of file at a path, with links followed; `outside` if it leads out of the project."""

    @abstractmethod
    def kind_anywhere(self, project: Path, path: str) -> FileKind:
        """The kind of file at a path, which may be absolute and outside the project."""

    @abstractmethod
    def text(self, project: Path, path: str) -> str | None:
        """The text of a file of the project; None if it is absent, outside, no text, or longer than a test file is."""


class MediaLibrary(ABC):
    """The definitive media library: release units by path."""

    @abstractmethod
    def digest(self, project: Path, artefact: str) -> str:
        """SHA-256 of the artefact's bytes. Raises NotFound."""

    @abstractmethod
    def members(self, project: Path, artefact: str, named: str | None = None) -> dict[str, str]:
        """SHA-256 by path of each regular file in an archive; a plain file is its only member, with the empty path.

        `named`: the artefact's name, where its path does not end as that of an archive does.
        """


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A file of a media library, or of the project (`library` None), by its path there and the digest that it must have."""

    library: str | None
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Obtained:
    """A file with the digest that was asked for, on this machine; `source` is where its bytes are from."""

    file: Path
    source: str


class MediaSources(ABC):
    """The media libraries that files define, and the cache of what was copied from them, by digest."""

    @abstractmethod
    def libraries(self, project: Path) -> tuple[LibraryKnown, ...]:
        """Those of the house and the home, then those that the project adds. Raises PlanFault."""

    @abstractmethod
    def obtain(self, project: Path, item: MediaItem, say: Callable[[str], None]) -> Obtained:
        """The file, copied at most once; its digest is computed each time. Raises NotObtained, StoreFault, PlanFault.

        Parallel callers share one copy. What was copied of a file before a cut is kept, and the next call goes on from there.
        """

    @abstractmethod
    def where(self, project: Path, item: MediaItem) -> str:
        """The path or URL of the file, for records. Raises NotObtained, PlanFault."""

    @abstractmethod
    def held(self, sha256: str) -> Path | None:
        """The copy of a file with this digest, which is computed now; None where there is none. Asks no library."""

    @abstractmethod
    def link(self, obtained: Obtained, target: Path) -> None:
        """Put the file at `target`, sharing its blocks or its inode where the file system can. Raises StoreFault."""


class ProjectAlone(MediaSources):
    """No media library but the project's own files."""

    def libraries(self, project: Path) -> tuple[LibraryKnown, ...]:
        return ()

    def obtain(self, project: Path, item: MediaItem, say: Callable[[str], None]) -> Obtained:
        return Obtained(project / item.path, item.path)

    def where(self, project: Path, item: MediaItem) -> str:
        return item.path

    def held(self, sha256: str) -> Path | None:
        return None

    def link(self, obtained: Obtained, target: Path) -> None:
        raise NotFound("There is no media library.")
