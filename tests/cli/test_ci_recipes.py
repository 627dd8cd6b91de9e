"""The recipes of docs/ci.md: their files can be read, and each command of theirs is one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from orchestrator.cli.main import orch

PAGE = Path(__file__).parents[2] / "docs/ci.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def recipes() -> Iterator[tuple[str, str]]:
    yield from BLOCK.findall(PAGE.read_text())


def lines_of(tree: Any) -> Iterator[str]:
    """Lines of shells in a recipe, wherever they stand."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("script", "run"):
                yield from (
                    line
                    for part in ([value] if isinstance(value, str) else value)
                    for line in part.splitlines()
                )
            else:
                yield from lines_of(value)
    elif isinstance(tree, list):
        for each in tree:
            yield from lines_of(each)


def commands() -> list[str]:
    written = [
        line for kind, text in recipes() if kind == "yaml" for line in lines_of(YAML(typ="safe").load(text))
    ]
    written += [
        line for kind, text in recipes() if kind == "groovy" for line in re.findall(r"sh '([^']+)'", text)
    ]
    written += re.findall(r"`(orch [a-z][^`]*)`", PAGE.read_text())
    return [" ".join(line.split()) for line in written if line.startswith("orch ")]


@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_page_can_be_read(command: str) -> None:
    words = shlex.split(re.split(r"\s[|>]", command)[0])[1:]
    words = ["github" if word == "FORM" else word for word in words]
    context = click.Context(orch, info_name="orch")
    node: click.Command = orch
    while isinstance(node, click.Group):
        name, below, words = node.resolve_command(context, words)
        assert below is not None
        context = click.Context(below, parent=context, info_name=name)
        node = below
    node.parse_args(
        click.Context(node, parent=context.parent, info_name=node.name, resilient_parsing=False), words or []
    )


def test_every_recipe_was_read() -> None:
    assert [kind for kind, _ in recipes()] == ["yaml", "yaml", "groovy"]
    assert sum("orch deploy" in command for command in commands()) >= 4
