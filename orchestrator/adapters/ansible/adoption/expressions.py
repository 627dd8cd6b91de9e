"""The values that a Jinja expression can have, from its parse tree: every branch counts, and nothing of it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from jinja2 import Environment, TemplateError, nodes

from orchestrator.adapters.ansible.adoption.filters import (
    ANY_ELEMENT,
    METHODS,
    MOST,
    SAME,
    Values,
    by_method,
    filtered,
    text_of,
)

_environment = Environment(autoescape=True)


class Partly(dict[str, Any]):
    """A mapping of which some entries are known; of the others only a run knows."""


@lru_cache(maxsize=4096)
def parsed(expression: str) -> nodes.Expr | None:
    """The tree of what stands between the braces; None where that is no single expression."""
    try:
        body = _environment.parse("{{ " + expression + " }}").body
    except (TemplateError, RecursionError):
        return None
    output = body[0] if len(body) == 1 else None
    inside = output.nodes if isinstance(output, nodes.Output) else []
    return inside[0] if len(inside) == 1 else None


class Evaluation:
    """One expression over what is known of names.

    `named`: the values of a name. `opened`: the values of what stands in a file, which may be a template again.
    """

    def __init__(self, named: Callable[[str], Values], opened: Callable[[Any], Values]) -> None:
        self._named, self._opened = named, opened

    def of(self, node: nodes.Node) -> Values:
        """Its values. A kind of node that is not in the table is one that only a run knows."""
        act = _ACTS.get(type(node))
        return act(self, node) if act else None

    def name(self, node: nodes.Name) -> Values:
        return self._named(node.name)

    def condition(self, node: nodes.CondExpr) -> Values:
        return self._either(node.expr1, node.expr2)

    def either(self, node: nodes.BinExpr) -> Values:
        return self._either(node.left, node.right)

    def concatenation(self, node: nodes.Concat) -> Values:
        return self._together(node.nodes, lambda parts: "".join(map(text_of, parts)))

    def addition(self, node: nodes.Add) -> Values:
        return self._together([node.left, node.right], _sum)

    def list(self, node: nodes.List | nodes.Tuple) -> Values:
        return self._together(node.items, list)

    def mapping(self, node: nodes.Dict) -> Values:
        keys = [pair.key for pair in node.items]
        values = [pair.value for pair in node.items]
        return self._together(
            [*keys, *values], lambda parts: dict(zip(parts[: len(keys)], parts[len(keys) :], strict=True))
        )

    def attribute(self, node: nodes.Getattr) -> Values:
        return self._within(node.node, [node.attr])

    def element(self, node: nodes.Getitem) -> Values:
        if isinstance(node.arg, nodes.Slice):
            return self._sliced(node.node, node.arg)
        return self._within(node.node, self.of(node.arg))

    def filter(self, node: nodes.Filter) -> Values:
        values = self.of(node.node) if node.node is not None else None
        name = node.name.rpartition(".")[2]
        given = [self.of(each) for each in node.args]
        if values is None:
            return None
        if name in ("default", "d"):
            other = given[0] if given else [""]
            return None if other is None else _once([*values, *other])
        if name in SAME:
            return values
        if name in ANY_ELEMENT:
            return self._open_all(each for value in values if isinstance(value, list) for each in value)
        named = {str(each.key): self.of(each.value) for each in node.kwargs}
        if any(not each for each in (*given, *named.values())):
            return None
        options = {key: each[0] for key, each in named.items() if each}
        return filtered(name, values, [each[0] for each in given if each], options)

    def call(self, node: nodes.Call) -> Values:
        """`mapping.get(key, other)`, and methods of text."""
        what = node.node
        if not isinstance(what, nodes.Getattr) or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return None
        given = [self.of(each) for each in node.args]
        if what.attr == "get" and given:
            values, other = self._within(what.node, given[0]), given[1] if len(given) > 1 else []
            return None if values is None or other is None else _once([*values, *other])
        texts = self.of(what.node)
        if what.attr not in METHODS or texts is None or any(not each for each in given):
            return None
        rounds = list(product(*(each or [] for each in given)))
        made = [
            by_method(text, what.attr, each) for each in rounds for text in texts if isinstance(text, str)
        ]
        return None if len(made) > MOST or any(each is None for each in made) else _once(made)

    def _either(self, *several: nodes.Node | None) -> Values:
        return _all([self.of(node) for node in several if node is not None])

    def _together(self, several: Sequence[nodes.Node], joined: Callable[[tuple[Any, ...]], Any]) -> Values:
        each = [self.of(node) or [] for node in several]
        if not 0 < prod(map(len, each)) <= MOST:
            return None
        made = [joined(parts) for parts in product(*each)]
        return None if any(value is None for value in made) else _once(made)

    def _within(self, node: nodes.Node, keys: Values) -> Values:
        """What a mapping or a list has by these keys; everything that it has where a key is not known."""
        picked: list[Any] = []
        base = self.of(node)
        for value in base or []:
            entries = dict(enumerate(value)) if isinstance(value, list | tuple) else value
            if isinstance(entries, Partly) and any(key not in entries for key in keys or [None]):
                return None
            if isinstance(entries, Mapping):
                some = list(entries) if keys is None else [k for k in keys if isinstance(k, str | int)]
                picked += [entries[key] for key in some if key in entries]
        return None if base is None else self._open_all(picked)

    def _open_all(self, values: Iterable[Any]) -> Values:
        return _all([self._opened(value) for value in values])

    def _sliced(self, node: nodes.Node, ends: nodes.Slice) -> Values:
        """`text[1:]`, with numbers that stand there."""
        given = [ends.start, ends.stop, ends.step]
        numbers = [None if each is None else _number(each) for each in given]
        values = self.of(node)
        if values is None or [each is None for each in numbers] != [each is None for each in given]:
            return None
        return [each[slice(*numbers)] for each in values if isinstance(each, str | list)]


_ACTS: Mapping[type[nodes.Node], Callable[[Evaluation, Any], Values]] = {
    nodes.Add: Evaluation.addition,
    nodes.And: Evaluation.either,
    nodes.Call: Evaluation.call,
    nodes.Concat: Evaluation.concatenation,
    nodes.CondExpr: Evaluation.condition,
    nodes.Const: lambda _evaluation, node: [node.value],
    nodes.Dict: Evaluation.mapping,
    nodes.Filter: Evaluation.filter,
    nodes.Getattr: Evaluation.attribute,
    nodes.Getitem: Evaluation.element,
    nodes.List: Evaluation.list,
    nodes.Name: Evaluation.name,
    nodes.Or: Evaluation.either,
    nodes.TemplateData: lambda _evaluation, node: [node.data],
    nodes.Tuple: Evaluation.list,
}


def _all(several: list[Values]) -> Values:
    """All values of all; None where one of them is not known."""
    known = [each for each in several if each is not None]
    return _once(value for each in known for value in each) if len(known) == len(several) else None


def _number(node: nodes.Node) -> int | None:
    """A whole number as it is written."""
    inner = node.node if isinstance(node, nodes.Neg) else node
    value = inner.value if isinstance(inner, nodes.Const) else None
    return (-value if inner is not node else value) if isinstance(value, int) else None


def _sum(parts: tuple[Any, ...]) -> Any:
    left, right = parts
    return left + right if type(left) is type(right) and isinstance(left, str | list | int) else None


def _once(values: Iterable[Any]) -> list[Any]:
    made: list[Any] = []
    for value in values:
        if not any(type(value) is type(each) and value == each for each in made):
            made.append(value)
    return made
