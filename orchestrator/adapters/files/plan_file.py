"""Release plans from YAML files, each in the folder of its project."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.project_files import project_of
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.project_ports import PlanFiles


class FolderPlanFiles(PlanFiles):
    """Plans in files below the folders of their projects."""

    def __init__(self, image: Callable[[], str | None] = lambda: None) -> None:
        """`image`: the execution environment of plans that name none. Raises PlanFault, NotFound."""
        self._image = image

    def load(self, file: Path, project: Path | None = None) -> PreparedPlan:
        """Load a plan. Without `project`, the files that the plan names show which folder is the project."""
        loaded = load_plan(file)
        plan = _in_image(loaded.noun, self._image)
        folder = project.resolve() if project else project_of(file, loaded.noun)
        return PreparedPlan(
            plan=plan,
            plan_file=str(file.resolve()),
            plan_sha256=loaded.sha256,
            project=str(folder),
            named=loaded.file,
            lines=dict(loaded.lines),
        )


def _in_image(plan: ReleasePlan, image: Callable[[], str | None]) -> ReleasePlan:
    """The plan as it is approved and run: with the image of its project where it names none itself."""
    if plan.resources.execution_environment is not None:
        return plan
    named = image()
    if named is None:
        return plan
    resources = plan.resources.model_copy(update={"execution_environment": named})
    return plan.model_copy(update={"resources": resources})


def load_plan(path: Path | str) -> LoadedFile[ReleasePlan]:
    """The release plan in a file. Raises NotFound if it is missing, PlanFault with every schema fault."""
    return plan_of(str(path), bytes_of(str(path), "release plan"))


def plan_of(file: str, content: bytes) -> LoadedFile[ReleasePlan]:
    """The release plan in these bytes; `file` is its name in messages. Raises PlanFault with every schema fault."""
    return noun_of(file, content, ReleasePlan)
