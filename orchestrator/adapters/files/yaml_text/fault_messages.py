"""Translates pydantic's errors into faults with lines that a practitioner can act on."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from orchestrator.adapters.files.yaml_text.document import Document, Path, YamlTree, fault_at, shown_text
from orchestrator.adapters.files.yaml_text.examples import EXAMPLES, EXAMPLES_ELSEWHERE, PATTERNS, ROOTS
from orchestrator.adapters.files.yaml_text.known_keys import Location, keys_at
from orchestrator.domain.plan.check import CHECK_KINDS
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.domain.text.validation_error import meant
from orchestrator.errors import Fault


class _Case(NamedTuple):
    """One pydantic error, and the place of its value in the document."""

    kind: str
    location: Location
    path: Path
    value: YamlTree
    context: dict[str, Any]
    document: Document
    root: type[BaseModel]
    is_key: bool

    @property
    def key(self) -> str:
        return str(self.path[-1]) if self.path else ""


class _Words(NamedTuple):
    expected: str
    next_move: str
    found: str | None = None
    at: str = ""


def faults_of(error: ValidationError, document: Document, root: type[BaseModel]) -> list[Fault]:
    """A fault for each error, except those already reported as YAML faults."""
    cases = [_case(dict(item), document, root) for item in error.errors(include_url=False)]
    mistyped = {(*case.path[:-1], _guess(case)) for case in cases if case.kind == "extra_forbidden"}
    inner = {case.path[:length] for case in cases for length in range(len(case.path))}
    inner |= {case.path for case in cases if case.kind == "wrong"}
    return [
        _fault(case)
        for case in cases
        if not _is_reported_elsewhere(case, mistyped) and not _is_other_form(case, inner)
    ]


def _is_other_form(case: _Case, inner: set[Path]) -> bool:
    """A mapping where a text may stand as well: its own faults say what is wrong, and it need not be a text."""
    return case.kind == "string_type" and isinstance(case.value, dict) and case.path in inner


def _is_reported_elsewhere(case: _Case, mistyped: set[Path]) -> bool:
    """Whether another fault covers it: a YAML fault, a mistyped key, or faults of a list's own items."""
    if case.kind == "missing" and case.path in mistyped:
        return True
    return case.document.is_faulty(case.path) or (case.kind == "too_short" and bool(case.value))


def _case(item: dict[str, Any], document: Document, root: type[BaseModel]) -> _Case:
    location: Location = tuple(part for part in item["loc"] if part != "[key]")
    path, value = _place(document.tree, location, is_missing=item["type"] == "missing")
    is_key = "[key]" in item["loc"]
    return _Case(item["type"], location, path, value, item.get("ctx", {}), document, root, is_key)


def _place(tree: YamlTree, location: Location, *, is_missing: bool) -> tuple[Path, YamlTree]:
    """The place of a pydantic location in the document: names of union kinds are left out, short forms stop at their value."""
    path: Path = ()
    node: YamlTree = tree
    above: list[tuple[Path, YamlTree]] = []
    for part in location:
        if (isinstance(node, dict) and part in node) or (isinstance(node, list) and isinstance(part, int)):
            above.append((path, node))
            path, node = (*path, part), node[part]  # type: ignore[index]
        elif part == location[-1] and path and path[-1] in CHECK_KINDS:
            # Shared keys such as `within` stand next to the kind of a check, not in it.
            outer, mapping = above[-1]
            if isinstance(mapping, dict) and isinstance(part, str) and part in mapping:
                return (*outer, part), mapping[part]
    if is_missing:
        return (*path, location[-1]), None
    return path, node


def _fault(case: _Case) -> Fault:
    words = WORDS.get(case.kind, _in_other_words)(case)
    if case.is_key:
        words = words._replace(found=f"the key `{shown_key(case.key)}`")
    path = (*case.path, *_below(words.at))
    finding = words.found if words.found is not None else _shown(case.document, path)
    line = case.document.line_of(path)
    return fault_at(case.document.file, line, path, words.expected, finding, words.next_move)


def _below(at: str) -> Path:
    """The parts of a path in words, such as `stages.3.name` or `metrics[0].name`."""
    return tuple(int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", at))


def _shown(document: Document, path: Path) -> str:
    """The value as it is spelled in the file."""
    value = document.at(path)
    spelled = document.spelled.get(path)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{spelled}`"
    if isinstance(value, (int, float)):
        return f"the number {spelled}"
    if isinstance(value, str):
        return f"the text {shown_text(value)}" if value else "empty text"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    keys = " and ".join(f"`{key}`" for key in list(value)[:4])
    return f"a mapping with {keys}" if value else "an empty mapping"


def _missing(case: _Case) -> _Words:
    example = EXAMPLES_ELSEWHERE.get((case.root.__name__, case.key)) or EXAMPLES.get(case.key)
    next_move = f"add for example `{case.key}: {example}`" if example else f"add `{case.key}`"
    return _Words(f"the key `{case.key}`", next_move, "nothing")


def _unknown_key(case: _Case) -> _Words:
    guess = _guess(case)
    known = ", ".join(keys_at(case.root, case.location[:-1]))
    return _Words(
        "a known key",
        f"did you mean `{guess}`?" if guess else f"remove it, or use one of {known}",
        f"`{shown_key(case.key)}`",
    )


def _guess(case: _Case) -> str:
    """The key that was probably meant by a mistyped one, among keys that are not present."""
    there = case.document.at(case.path[:-1])
    known = keys_at(case.root, case.location[:-1])
    free = [key for key in known if not isinstance(there, dict) or key not in there]
    return meant(case.key, free) or ""


def shown_key(key: str) -> str:
    """A key for a message, without its quotes."""
    return shown_text(key)[1:-1]


def _not_text(case: _Case) -> _Words:
    if case.value is None:
        return _Words("text", "write the text")
    if isinstance(case.value, (list, dict)):
        return _Words("text", "write one text")
    return _Words("text", f'put it in quotes: "{case.document.spelled.get(case.path, "")}"')


def _not_a_number(case: _Case) -> _Words:
    what = "a whole number" if case.kind.startswith("int") else "a number"
    is_quoted = isinstance(case.value, str) and re.fullmatch(r"[0-9.]+", case.value)
    return _Words(what, "remove the quotes" if is_quoted else f"write {what}, such as 10")


def _not_a_list(case: _Case) -> _Words:
    value = case.value
    if isinstance(value, dict):
        return _Words("a list", "put `- ` before each item")
    if value is None:
        return _Words("a list", "write its items below it")
    spelled = value if isinstance(value, str) else case.document.spelled.get(case.path, "")
    return _Words("a list", f"write it as a list: [{spelled[:60]}]")


def _not_a_mapping(case: _Case) -> _Words:
    if not case.path:
        what, first = ROOTS[case.root.__name__]
        return _Words(f"a mapping with the sections of {what}", f"write {first} and so on")
    return _Words("a mapping", "write its keys and values below it")


def _not_a_choice(case: _Case) -> _Words:
    choices = re.findall(r"'([^']*)'", str(case.context.get("expected", "")))
    guess = meant(case.value, choices) if isinstance(case.value, str) else None
    return _Words(
        f"one of {', '.join(choices)}", f"did you mean `{guess}`?" if guess else "choose one of them"
    )


def _out_of_range(case: _Case) -> _Words:
    words = {"greater_than": "more than", "greater_than_equal": "at least", "less_than": "less than"}
    bound = next(iter(case.context.values()))
    return _Words(f"{words.get(case.kind, 'at most')} {bound:g}", "correct the number")


def _wrong_pattern(case: _Case) -> _Words:
    pattern = str(case.context.get("pattern"))
    expected, next_move = PATTERNS.get(pattern, (f"text that matches {pattern}", "correct the text"))
    return _Words(expected, next_move)


def _too_long(case: _Case) -> _Words:
    return _Words(
        f"at most {case.context.get('max_length')} characters",
        "shorten it",
        f"{len(str(case.value))} characters",
    )


def _broken_rule(case: _Case) -> _Words:
    context = case.context
    return _Words(context["expected"], context["next_move"], context["found"] or None, context["at"])


def _in_other_words(case: _Case) -> _Words:
    error = case.context.get("error", "another value")
    return _Words(str(error), error.next_move if isinstance(error, NotInForm) else "correct the value")


WORDS: dict[str, Callable[[_Case], _Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "string_type": _not_text,
    "string_pattern_mismatch": _wrong_pattern,
    "string_too_short": lambda _: _Words("text that is not empty", "write the text"),
    "string_too_long": _too_long,
    "int_type": _not_a_number,
    "int_from_float": _not_a_number,
    "float_type": _not_a_number,
    "finite_number": lambda _: _Words("a finite number", "write a smaller one"),
    "bool_type": lambda _: _Words("true or false", "write `true` or `false`, without quotes"),
    "tuple_type": _not_a_list,
    "too_short": lambda _: _Words("at least one item", "add one"),
    "dict_type": _not_a_mapping,
    "model_type": _not_a_mapping,
    "literal_error": _not_a_choice,
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than": _out_of_range,
    "less_than_equal": _out_of_range,
    "datetime_type": lambda _: _Words(
        "a moment with its zone, such as 2026-03-01T22:30:00+01:00", "write the date, the time and the zone"
    ),
    "union_tag_not_found": lambda _: _Words("a check", "write a mapping such as `- unit: shop`"),
    "wrong": _broken_rule,
    "value_error": _in_other_words,
}
