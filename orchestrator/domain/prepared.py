"""A release plan made ready: checked, with its hosts and waves resolved."""

from orchestrator.domain.noun import Many, Noun
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave


class PreparedPlan(Noun):
    """What a deployment starts from. `project` is the absolute directory that the plan's paths are relative to."""

    plan: ReleasePlan
    plan_file: str
    plan_sha256: str
    project: str
    targets: Many[Target]
    waves: Many[Wave]
    warnings: Many[str] = ()
