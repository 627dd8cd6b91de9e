"""An outline as it is printed: a tree in a terminal, indented lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from orchestrator.policy.telling.outline import Branch


def print_outline(root: Branch) -> None:
    """Print the outline to the standard output."""
    if not sys.stdout.isatty():
        for line in _plain_lines(root, 0):
            click.echo(line)
        return
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    def grown(branch: Branch, depth: int) -> Tree:
        style = "bold red" if branch.loud else "bold" if depth < 2 and branch.below else ""
        tree = Tree(Text(branch.text, style=style), guide_style="dim")
        tree.children.extend(grown(child, depth + 1) for child in branch.below)
        return tree

    Console().print(grown(root, 0))


def _plain_lines(branch: Branch, depth: int) -> Iterator[str]:
    yield "  " * depth + branch.text
    for child in branch.below:
        yield from _plain_lines(child, depth + 1)
