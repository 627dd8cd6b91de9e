"""Every command in a template of a page is one that the program has, with the options and words that it takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from orchestrator.cli.main import orch
from orchestrator.web.templating import TEMPLATES

_CODE = re.compile(r"<code[^>]*>(orch [^<]*)</code>|<pre>(orch [^<]*)</pre>")
_CALL = re.compile(r"(?:parts\.)?command\(((?:[^()]|\([^()]*\))*)\)")
_VERB = re.compile(r'nothing\("[^"]*", "([^"]*)"\)')
_TEXT = re.compile(r'"([^"]*)"')
_VALUE = re.compile(r"\{\{.*?\}\}")


def written(text: str) -> Iterator[str]:
    """The commands of a template, `VALUE` in the place of what is filled in."""
    for match in _CODE.finditer(text):
        yield _VALUE.sub("VALUE", match[1] or match[2])
    for match in _CALL.finditer(text):
        for command in called(match[1]):
            # A macro whose callers name the verb.
            verbs = _VERB.findall(text) if command.startswith("orch VALUE ") else ["VALUE"]
            yield from (command.replace("VALUE", verb, 1) for verb in verbs)


def called(expression: str) -> Iterator[str]:
    """What an expression of Jinja can come to; a choice between two texts is two commands."""
    choice = re.match(r'\("([^"]*)" if .*? else "([^"]*)"\)(.*)', expression, re.DOTALL)
    if choice is not None:
        for head in (choice[1], choice[2]):
            yield from called(f'"{head}"{choice[3]}')
        return
    parts = [part.strip() for part in expression.split("~")]
    words = [known[1] if (known := _TEXT.fullmatch(part)) else "VALUE" for part in parts]
    if words[0].startswith("orch "):
        yield "".join(words)


def all_written() -> list[tuple[str, str]]:
    return sorted(
        {
            (path.relative_to(TEMPLATES).as_posix(), command)
            for path in TEMPLATES.rglob("*.j2")
            for command in written(path.read_text())
        }
    )


def fault_in(command: str) -> str:
    """Why the program does not know this command; empty where it does."""
    node: click.Command = orch
    context = click.Context(orch, info_name="orch")
    words = shlex.split(command)[1:]
    while isinstance(node, click.Group):
        if not words:
            return ""  # a group by itself shows what it has
        name = words.pop(0)
        below = node.get_command(context, name)
        if below is None:
            return f"there is no {name}"
        node, context = below, click.Context(below, info_name=name, parent=context)
    try:
        _, rest, _ = node.make_parser(context).parse_args(args=words)
    except click.UsageError as fault:
        return fault.format_message()
    return f"too many words: {rest}" if rest else ""


@pytest.mark.parametrize(("template", "command"), all_written())
def test_the_program_takes_it(template: str, command: str) -> None:
    assert fault_in(command) == "", (template, command)


def test_the_commands_are_all_seen() -> None:
    """As many calls of the macro as begin with a text are read, and a command that is none is noticed."""
    assert len(all_written()) >= 20
    assert fault_in("orch nothing") == "there is no nothing"
    assert "--nothing" in fault_in("orch list --nothing")


def test_each_command_is_written_so_that_it_is_read() -> None:
    for path in Path(TEMPLATES).rglob("*.j2"):
        text = path.read_text()
        read = len(list(written(text)))
        assert read >= len(re.findall(r'command\(\(?"orch ', text)), path
