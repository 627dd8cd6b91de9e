"""Codes of reasons and grounds: whoever searches for one finds where it is raised."""

import ast
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from orchestrator.domain.authority.admission_answer import ReasonCode
from orchestrator.domain.authority.change_ticket import TicketLack
from orchestrator.domain.authority.ground import GroundCode

PRODUCT = Path(__file__).parents[2] / "orchestrator"
RAISED_BY = {"Reason", "Ground", "_reason", "reason_against"}


@cache
def raised_codes() -> frozenset[str]:
    """Every text that stands as the code in a call that makes a reason or a ground."""
    texts = (path.read_text("utf-8") for path in PRODUCT.rglob("*.py"))
    trees = (ast.parse(text) for text in texts if any(name in text for name in RAISED_BY))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    raised = frozenset(text for call in calls if called_name(call) in RAISED_BY for text in code_texts(call))
    return raised | lacks_of_tickets()


def lacks_of_tickets() -> frozenset[str]:
    """What a change ticket lacks has a rule of its own, whose codes become reasons as they are."""
    rule = ast.parse((PRODUCT / "policy/authority/ticket_admission.py").read_bytes())
    texts = (node.value for node in ast.walk(rule) if isinstance(node, ast.Constant))
    return frozenset(text for text in texts if isinstance(text, str)) & frozenset(get_args(TicketLack))


def called_name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def code_texts(call: ast.Call) -> list[str]:
    """The texts of the argument that is the code; of a choice between two codes, both."""
    arguments = [keyword.value for keyword in call.keywords if keyword.arg == "code"] or call.args[:1]
    nodes = (node for argument in arguments for node in ast.walk(argument))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("code", [*get_args(ReasonCode), *get_args(GroundCode)])
def test_each_code_stands_as_it_is_where_it_is_raised(code: str) -> None:
    assert code in raised_codes(), f"nothing raises {code}, or it is put together of parts"


READS_TEXT = {
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "partition",
    "rpartition",
    "split",
    "find",
}
ROOMS = ("domain", "policy", "engine", "cli", "adapters/report")
WRITTEN_BY_PEOPLE = {
    ("domain/calendar/time_input.py", "in "),  # how a person writes a moment
}


def sentences_read(tree: ast.AST) -> list[str]:
    """Texts of more than one word that something is compared with in part."""
    texts: list[ast.expr] = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in READS_TEXT
        ):
            texts += [
                part for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.expr)
            ]
        elif isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            texts += [node.left]
    constants = [text.value for text in texts if isinstance(text, ast.Constant)]
    return [text for text in constants if isinstance(text, str) and " " in text and text.strip(" ;:,=")]


def test_nothing_is_decided_by_a_part_of_a_sentence() -> None:
    """A sentence is for people; what is decided on is a code, or a mark that an adapter set."""
    read = {
        (str(path.relative_to(PRODUCT)), text)
        for room in ROOMS
        for path in (PRODUCT / room).rglob("*.py")
        for text in sentences_read(ast.parse(path.read_bytes()))
    }
    assert read - WRITTEN_BY_PEOPLE == set()
