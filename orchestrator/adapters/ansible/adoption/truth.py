"""Whether a condition can hold, for all values that a tree gives its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from jinja2 import nodes

from orchestrator.adapters.ansible.adoption.expressions import Evaluation

_NO = ("", "false", "no", "off", "0", "n", "f")


class Truth:
    """A condition over an evaluation. What is not certain neither always nor never holds."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation

    def never(self, node: nodes.Node) -> bool:
        """Whether it holds for no values."""
        if isinstance(node, nodes.And):
            return self.never(node.left) or self.never(node.right)
        if isinstance(node, nodes.Or):
            return self.never(node.left) and self.never(node.right)
        if isinstance(node, nodes.Not):
            return self.always(node.node)
        outcomes = self._outcomes(node)
        return bool(outcomes) and not any(outcomes)

    def always(self, node: nodes.Node) -> bool:
        """Whether it holds for all values."""
        if isinstance(node, nodes.And):
            return self.always(node.left) and self.always(node.right)
        if isinstance(node, nodes.Or):
            return self.always(node.left) or self.always(node.right)
        if isinstance(node, nodes.Not):
            return self.never(node.node)
        outcomes = self._outcomes(node)
        return bool(outcomes) and all(outcomes)

    def _outcomes(self, node: nodes.Node) -> list[bool]:
        """One for each value; none where only a run knows."""
        if not isinstance(node, nodes.Compare):
            return [_holds(value) for value in self._evaluation.of(node) or []]
        compare = _COMPARISONS.get(node.ops[0].op) if len(node.ops) == 1 else None
        left, right = self._evaluation.of(node.expr), self._evaluation.of(node.ops[0].expr)
        if compare is None or not left or not right:
            return []
        try:
            return [compare(*pair) for pair in product(left, right)]
        except TypeError:
            return []


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


def _holds(value: Any) -> bool:
    return value.strip().lower() not in _NO if isinstance(value, str) else bool(value)
