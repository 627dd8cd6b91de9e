"""Write docs/reference/: the keys of each file from its JSON Schema, each command from its own help.

    python setup/reference.py [--check]

`--check` writes nothing, names each page that is not what it would write, and ends with 1 where there is one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from orchestrator.adapters.files.schemas.authority_schemas import (
    anchors_schema,
    channels_schema,
    cmdb_schema,
    environment_schema,
    library_schema,
    model_schema,
    policy_schema,
    service_schema,
)
from orchestrator.adapters.files.schemas.plan_schema import plan_schema
from orchestrator.adapters.files.schemas.settings_schema import settings_schema
from orchestrator.cli.main import orch

FOLDER = Path(__file__).resolve().parents[1] / "docs/reference"
NOTE = "<!-- Written by setup/reference.py; change what it reads, and run it. -->"
Schema = Mapping[str, Any]


class File(NamedTuple):
    """A kind of file that people write: the name of its page, its title, where it is explained, its schema."""

    page: str
    title: str
    explained: str
    schema: Callable[[], dict[str, Any]]


FILES = (
    File("release-plan", "The keys of a release plan", "[Release plans](../release-plan.md)", plan_schema),
    File("policy", "The keys of a release policy", "[Policies and models](../policies-and-models.md)", policy_schema),
    File("model", "The keys of a deployment model", "[Policies and models](../policies-and-models.md)", model_schema),
    File("environment", "The keys of an environment", "[Environments](../environments.md)", environment_schema),
    File("settings", "The keys of orch.toml", "[Settings](../settings.md)", settings_schema),
    File("library", "The keys of a media library", "[Media libraries](../media-library.md)", library_schema),
    File("channels", "The keys of channels.yml", "[Communication](../communication.md)", channels_schema),
    File("cmdb", "The keys of cmdb.yml", "[The CMDB](../cmdb.md)", cmdb_schema),
    File("service", "The keys of service.yml", "[The service](../service.md)", service_schema),
    File("anchors", "The keys of anchors.yml", "[Sealed records](../sealed-records.md)", anchors_schema),
)  # fmt: skip
FORMS = (("ms|s|m|h|d", "duration"), ("iB", "size"), ("%", "percentage"))
"""What a pattern of text stands for, by a piece of it."""
ORDER = {"boolean": "`true` or `false`", "number": "number", "integer": "whole number", "string": "text"}


def pages() -> dict[str, str]:
    """Every page of the folder by its name."""
    made = {f"{file.page}.md": file_page(file) for file in FILES}
    return {**made, "commands.md": "\n".join(_commands_page()) + "\n"}


def file_page(file: File) -> str:
    """The keys of a kind of file: of the whole, then of each mapping in it, in the order in which they are met."""
    schema = file.schema()
    lines = [
        f"# {file.title}",
        "",
        NOTE,
        "",
        f"{file.explained} explains them, with examples. A key in bold must be there.",
        "",
        *_table(schema),
    ]
    for name in _met(schema):
        noun = schema["$defs"][name]
        if noun.get("properties"):
            lines += ["", f"## {name}", "", *_paragraphs(noun.get("description", "")), *_table(noun)]
    return "\n".join(lines) + "\n"


def _met(schema: Schema) -> Iterator[str]:
    """The names of definitions, each once, in the order in which a reader from the top meets them."""
    waiting, seen = [schema], set()
    while waiting:
        node = waiting.pop(0)
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(node.get("properties", node))):
            if name not in seen:
                seen.add(name)
                yield name
                waiting.append(schema["$defs"][name])


def _table(noun: Schema) -> Iterator[str]:
    yield "| key | what | form | left out |"
    yield "| --- | --- | --- | --- |"
    required = _required(noun)
    for key, value in noun["properties"].items():
        name = f"**`{key}`**" if key in required else f"`{key}`"
        absent = "" if key in required else _default(value)
        yield f"| {name} | {_cell(value.get('description', ''))} | {_cell(form_of(value))} | {_cell(absent)} |"


def _required(noun: Schema) -> set[str]:
    return set(noun.get("required", ()))


def _default(value: Schema) -> str:
    default = value.get("default")
    if default in (None, [], {}, ""):
        return ""
    return f"`{json.dumps(default)}`" if len(json.dumps(default)) < 40 else "as its own keys say"


def form_of(value: Schema) -> str:
    """What may be written, in words; names of mappings are links."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    for many in ("anyOf", "oneOf"):
        if many in value and "type" not in value:
            return " or ".join(dict.fromkeys(filter(None, map(form_of, value[many]))))
    return _simple(value)


def _simple(value: Schema) -> str:
    kind = value.get("type")
    if kind == "null":
        return ""
    if kind == "array":
        return f"list of {form_of(value['items'])}" if value.get("items") else "list"
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"mapping of {form_of(inner)}" if isinstance(inner, Mapping) and inner else "mapping"
    if kind == "string":
        return next((word for piece, word in FORMS if piece in value.get("pattern", "")), "text")
    return ORDER.get(str(kind), "")


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield _plain(paragraph)
            yield ""


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("<", "\\<")


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _commands_page() -> Iterator[str]:
    yield from (
        "# Commands",
        "",
        NOTE,
        "",
        "What each command takes, as `orch help COMMAND` says it. [Exit codes](../exit-codes.md)",
        "",
    )
    context = click.Context(orch, info_name="orch")
    for words, command in _commands((), orch, context):
        yield f"## {' '.join(('orch', *words))}"
        yield ""
        yield from _paragraphs(_escaped(command.help or command.short_help or ""))
        yield from (
            "```text",
            command.get_usage(click.Context(command, info_name=" ".join(("orch", *words)))).removeprefix(
                "Usage: "
            ),
            "```",
            "",
        )
        options = [
            option for option in command.params if isinstance(option, click.Option) and not option.hidden
        ]
        if options:
            yield from ("| option | what |", "| --- | --- |")
            yield from (_option(option) for option in options)
            yield ""


def _commands(
    words: tuple[str, ...], group: click.Group, context: click.Context
) -> Iterable[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from _commands((*words, name), command, context)


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    takes = "" if option.is_flag or option.count else f" {option.make_metavar(click.Context(orch))}"
    return f"| {names}{_cell(takes and f' `{takes.strip()}`')} | {_cell(_escaped(option.help or ''))} |"


def _escaped(text: str) -> str:
    """As words of a page: what Markdown would take for a sign is marked, outside of code."""
    parts = text.replace("\b", "").split("`")
    return "`".join(part if at % 2 else re.sub(r"([*_\[])", r"\\\1", part) for at, part in enumerate(parts))


def main(arguments: list[str]) -> int:
    """Write the pages, or name those that are stale."""
    made = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in {*made, *there} if made.get(name) != there.get(name))
    if "--check" not in arguments:
        FOLDER.mkdir(exist_ok=True)
        for name in stale:
            (FOLDER / name).unlink(missing_ok=True)
            if name in made:
                (FOLDER / name).write_text(made[name], encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name}: {'stale' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
