"""A release plan together with the file it came from."""

from orchestrator.domain.loaded_file import LoadedFile
from orchestrator.domain.release_plan import ReleasePlan


class LoadedPlan(LoadedFile[ReleasePlan]):
    """A plan that was read from a file."""

    __slots__ = ()

    @property
    def plan(self) -> ReleasePlan:
        """The plan."""
        return self.noun

    def having(self, plan: ReleasePlan) -> "LoadedPlan":
        """The same file, read as this plan: with the defaults of its model."""
        return LoadedPlan(plan, self.file, self.sha256, self.lines)
