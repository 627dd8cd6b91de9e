"""Finds secrets in values of a record: canaries in each form that programs write them in, and the shapes of well-known keys."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from orchestrator.domain.text.redaction import Redactor

SHORTEST = 8
"""Characters of a canary: a shorter text stands in too many others by chance."""
ShapeCode = Literal["private_key", "aws_key", "github_token", "gitlab_token", "slack_token", "json_web_token"]
SHAPES: Mapping[ShapeCode, re.Pattern[str]] = {
    "private_key": re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    "aws_key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "github_token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})"),
    "gitlab_token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20}"),
    "slack_token": re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10}"),
    "json_web_token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16}"),
}
"""As their makers document them; a text of such a shape may be a secret, and need not be one."""
_MASK = "*"


class Field(NamedTuple):
    """A text within a value, and the path that leads to it."""

    path: str
    text: str


class Canaries:
    """Values that must stand in no record."""

    def __init__(self, values: Sequence[str]) -> None:
        self._redactor = Redactor(values)

    def __bool__(self) -> bool:
        return bool(self._redactor)

    def in_text(self, text: str) -> bool:
        """Whether one stands in the text: plain, in base64 at any place, in hexadecimal, or quoted for URLs, JSON or HTML."""
        return self._redactor(text) != text

    def paths(self, value: object) -> Iterator[str]:
        """The paths within a JSON value at which one stands; a name that is one itself is shown as `*`."""
        for field in fields_of_value(value, self._named):
            if self.in_text(field.text):
                yield field.path

    def _named(self, name: str) -> str:
        return _MASK if self.in_text(name) else name


def shape_of(text: str) -> ShapeCode | None:
    """The shape of a well-known secret that stands in the text."""
    return next((code for code, shape in SHAPES.items() if shape.search(text)), None)


def fields_of_value(value: object, named: Callable[[str], str] = str, path: str = "") -> Iterator[Field]:
    """Every text within a JSON value, names of objects too."""
    if isinstance(value, str):
        yield Field(path, value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            below = f"{path}.{named(str(name))}".removeprefix(".")
            yield Field(below, str(name))
            yield from fields_of_value(each, named, below)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from fields_of_value(each, named, f"{path}[{number}]")
    elif value is not None and not isinstance(value, bool):
        yield Field(path, str(value))
