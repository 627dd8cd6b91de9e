"""A baseline that a person keeps as evidence, apart from any deployment."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.journal.events import HOUSE, BaselineKept
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import speak_about


def keep_baseline(
    ports: Ports, prepared: PreparedPlan, baselines: Sequence[BaselineReference], *, by: str
) -> None:
    """Put on the house's journal who keeps these baselines; signed where keys are trusted. Raises Refused, Conflict."""
    event = BaselineKept(plan_file=prepared.plan_file, baselines=tuple(baselines), by=by)
    append_to_house(ports.journal, speak_about(ports, event, "baseline", HOUSE, Path(prepared.project)))
