"""Variables of templates, hosts, groups and surveys: what may be written, and what only a person gives."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.adoption.awx_export import AwxReason, Tree, TreePath
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import below, is_unseen, may_be_secret, text_of


def variables_at(ledger: Ledger, path: TreePath, item: Mapping[str, Tree], key: str) -> dict[str, Tree]:
    """Those of one field, a text in YAML or JSON or a mapping, without secrets; what is left out is named."""
    place, value = (*path, key), item.get(key)
    if value is None:
        return {}
    given = value if isinstance(value, dict) else ledger.export.variables.get(place)
    if given is None:
        ledger.person(place, AwxReason.UNREADABLE)
        return {}
    kept = {name: each for name, each in given.items() if _may_be_written(ledger, (*place, name), name, each)}
    if isinstance(value, dict):
        for name, each in kept.items():
            _all_translated(ledger, (*place, name), each)
    else:
        ledger.translated(*place)
    return kept


def answers(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> tuple[dict[str, Tree], list[str]]:
    """What a survey asks: variables by their defaults, and a line about each question."""
    defaults: dict[str, Tree] = {}
    lines: list[str] = []
    for place, question in below(path, item, "related", "survey_spec", "spec"):
        name, default = text_of(question, "variable"), question.get("default")
        if text_of(question, "type") == "password" or may_be_secret(name, default):
            ledger.person(place, AwxReason.SECRET, name)
            continue
        lines.append(_question(name, question))
        _asked(ledger, place, question)
        if not name.isidentifier() or is_unseen(default):
            ledger.person(place, AwxReason.INVISIBLE if is_unseen(default) else AwxReason.ANSWER, name)
        elif default not in (None, ""):
            defaults[name] = _typed(default, text_of(question, "type"))
            ledger.translated(*place, "default")
        elif question.get("required") is True:
            ledger.person((*place, "default"), AwxReason.ANSWER, name)
    for key in ("name", "description"):
        ledger.translated(*path, "related", "survey_spec", key)
    return defaults, lines


def _asked(ledger: Ledger, place: TreePath, question: Mapping[str, Tree]) -> None:
    """What the comment about a question says."""
    for key in (
        "question_name",
        "question_description",
        "variable",
        "type",
        "required",
        "min",
        "max",
        "choices",
    ):
        ledger.translated(*place, key)
    ledger.at_default(*place, "new_question")
    choices = question.get("choices")
    for number in range(len(choices) if isinstance(choices, list) else 0):
        ledger.translated(*place, "choices", number)


def _may_be_written(ledger: Ledger, place: TreePath, name: str, value: Tree) -> bool:
    if may_be_secret(name, value):
        ledger.person(place, AwxReason.SECRET, name)
    elif is_unseen(name) or is_unseen(value):
        ledger.person(place, AwxReason.INVISIBLE)
    elif not name.isidentifier():
        ledger.left_out(place, AwxReason.NO_NOUN, name)
    else:
        return True
    return False


def _all_translated(ledger: Ledger, place: TreePath, value: Tree) -> None:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            _all_translated(ledger, (*place, key), each)
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            _all_translated(ledger, (*place, number), each)
    else:
        ledger.translated(*place)


def _typed(default: Tree, kind: str) -> Tree:
    """AWX keeps each default as text in some versions; several choices are one on each line."""
    if kind == "multiselect" and isinstance(default, str):
        return list(default.splitlines())
    text = default if isinstance(default, str) else ""
    if kind == "integer" and text.lstrip("-").isdecimal() and len(text) < 18:
        return int(text)
    return default


def _question(name: str, question: Mapping[str, Tree]) -> str:
    """A comment: who launched was asked this."""
    choices = question.get("choices")
    options = (
        choices.splitlines() if isinstance(choices, str) else choices if isinstance(choices, list) else []
    )
    words = [text_of(question, "type") or "text"]
    words += ["required"] if question.get("required") is True else []
    words += [f"one of {', '.join(map(str, options))}"] if options else []
    more = text_of(question, "question_description")
    words += [more] if more else []
    low, high = question.get("min"), question.get("max")
    words += (
        [f"{low} to {high}"] if text_of(question, "type") in ("integer", "float") and high is not None else []
    )
    return f"{name}: {text_of(question, 'question_name') or name} ({'; '.join(words)})"
