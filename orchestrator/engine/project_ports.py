"""The ports of a project: its plans, what Ansible makes of them, its files and its media library."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding, Vaulted
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.prepared_plan import PreparedPlan


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
    def inspect(self, plan: ReleasePlan, project: Path) -> Inspection:
        """The targets of `strategy.hosts`, the groups, and the playbooks of the plan, in its order.

        Never raises for the content of users' files; the inspection holds their faults.
        """

    def vaulted(self, plan: ReleasePlan, project: Path) -> Vaulted:
        """The vaulted values that an inspection of the plan finds, by one of its own. Never raises for users' files."""
        return self.inspect(plan, project).vaulted

    @abstractmethod
    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        """Constructs in a playbook and its includes that can report a false success or wait for a person."""

    @abstractmethod
    def tree_findings(self, plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
        """What any file that runs of this plan can load reads from elsewhere: the environment, other places."""

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


class MediaLibrary(ABC):
    """The definitive media library: release units by path."""

    @abstractmethod
    def digest(self, project: Path, artefact: str) -> str:
        """SHA-256 of the artefact's bytes. Raises NotFound."""

    @abstractmethod
    def members(self, project: Path, artefact: str) -> dict[str, str]:
        """SHA-256 by path of each regular file in an archive; a plain file is its only member, with the empty path."""
