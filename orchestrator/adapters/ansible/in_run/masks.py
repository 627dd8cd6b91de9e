"""Which conditions of `failed_when` say nothing of the task that failed: they do not look at it, or can never be true."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes


def failed(raw: Mapping[str, Any]) -> bool:
    """Whether a task failed, as Ansible decides before it asks `failed_when`."""
    if "exception" in raw:
        return True
    return bool(raw["failed"]) if "failed" in raw else raw.get("rc", 0) not in (0, "0", None)


def is_blind(condition: Any, registered: Container[str]) -> bool:
    """Whether a condition of `failed_when` says nothing of the task, whose result these variables hold."""
    return is_never_true(condition) or not looks_at(condition, registered)


def words(raw: Mapping[str, Any]) -> str:
    """What a task said of its failure."""
    parts = [str(raw.get("msg") or ""), *str(raw.get("stderr") or "").strip().splitlines()[-1:]]
    code = raw.get("rc")
    return "; ".join(part for part in [*parts, f"exit code {code}" if code else ""] if part)


def looks_at(condition: Any, registered: Container[str]) -> bool:
    """Whether a condition names a variable that holds the task's result."""
    expression = _parsed(condition)
    if expression is None:
        return False
    return any(name.name in registered for name in expression.find_all(nodes.Name))


def is_never_true(condition: Any) -> bool:
    """Whether a condition is false whatever the task did: `false`, `1 == 2`, `result.rc != 0 and false`."""
    if isinstance(condition, bool):
        return not condition
    expression = _parsed(condition)
    return expression is not None and _constant(expression) is False


def _parsed(condition: Any) -> nodes.Expr | None:
    try:
        output = Environment(autoescape=True).parse(f"{{{{ {condition} }}}}").body[0]
    except (TemplateSyntaxError, IndexError):
        return None
    is_expression = isinstance(output, nodes.Output) and isinstance(output.nodes[0], nodes.Expr)
    return output.nodes[0] if is_expression and isinstance(output, nodes.Output) else None


def _constant(expression: nodes.Expr) -> bool | None:
    """True or False where an expression is that whatever its variables are; None where they count."""
    if isinstance(expression, nodes.And | nodes.Or):
        sides = [_constant(expression.left), _constant(expression.right)]
        decisive = isinstance(expression, nodes.Or)
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive
    if isinstance(expression, nodes.Not):
        inner = _constant(expression.node)
        return None if inner is None else not inner
    try:
        return _truth(expression.as_const())
    except nodes.Impossible:
        return None


def _truth(value: Any) -> bool:
    """As Ansible takes the words of a condition."""
    return bool(value) and str(value).strip().lower() not in ("false", "no", "off", "n", "f", "0", "")
