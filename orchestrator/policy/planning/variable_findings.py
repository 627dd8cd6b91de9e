"""Weaknesses of a plan's variables: text that looks like a template, and is none."""

import re
from collections.abc import Iterator
from typing import Any

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MOVE = "put it into group_vars or the playbook, or know that the braces are text"


def templates_in_variables(plan: ReleasePlan) -> Iterator[Objection]:
    """Every variable with braces of a template. A plan's variables are text: nothing in them is ever evaluated."""
    all_variables = {"strategy": plan.strategy.variables, "backout": plan.backout.variables}
    for index, stage in enumerate(plan.strategy.stages):
        path = f"strategy.stages[{index}]"
        all_variables |= {path: stage.variables, f"{path}.backout": stage.backout.variables}
    for where, variables in all_variables.items():
        for path, text in _texts(variables, f"{where}.variables"):
            match = _TEMPLATE.search(text)
            if match is not None:
                finding = f"`{match[0][:60]}`, which stays as it is"
                yield Objection(path, "values without templates", finding, _MOVE)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(key, f"{path}.{key}")
            yield from _texts(part, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _texts(part, f"{path}[{index}]")
