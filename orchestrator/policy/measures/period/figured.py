"""A figure of one period, before it stands beside that of the period before."""

from typing import NamedTuple

from orchestrator.policy.measures.period.figures import Figure
from orchestrator.policy.measures.period.period_report import MeasureCode


class Figured(NamedTuple):
    """A measure of one period; `group` is empty where it is one number."""

    code: MeasureCode
    figure: Figure
    group: str = ""
