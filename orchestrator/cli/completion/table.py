"""The table that lines are completed from: commands.json, made from the commands themselves. A test says when it is stale.

.venv/bin/python -m orchestrator.cli.completion.table      writes it
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import shorten

import click

from orchestrator.cli.completion.line import Node

FILE = Path(__file__).with_name("commands.json")

_KINDS = {
    "deployment": "id", "deployments": "id", "host": "host", "hosts": "host", "role": "role", "plan": "plan", "fail_in": "wave",
    "environment": "environment", "environments": "environment", "model": "model",
}  # fmt: skip
"""Kinds of values by the names of parameters."""
_METAVARS = {
    "PLAN": "plan", "MODEL": "model", "POLICY": "policy", "ENVIRONMENT": "environment", "ENV": "environment",
    "[PLAN|ID]": "id", "PLAN|DEPLOYMENT": "id", "PLAYBOOK": "file", "PATH": "file",
}  # fmt: skip
_OWN: dict[tuple[str, ...], dict[str, str]] = {
    ("record", "verify"): {"what": "id"},
    ("pir", "action"): {"what": "any"},
    ("serve",): {"host": "any"},
}


def table_of(command: click.Command, context: click.Context, path: tuple[str, ...] = ()) -> Node:
    """The command and all below it."""
    node: Node = {"help": command.get_short_help_str(100)} if path else {}
    if isinstance(command, click.Group):
        below = {name: command.get_command(context, name) for name in command.list_commands(context)}
        node["commands"] = {
            name: table_of(each, click.Context(each, parent=context, info_name=name), (*path, name))
            for name, each in below.items()
            if each is not None and not each.hidden
        }
    options: dict[str, list[str]] = {}
    arguments: list[str] = []
    for parameter in command.params:
        kind = _kind(parameter, path)
        if isinstance(parameter, click.Option) and not parameter.hidden:
            flag = parameter.is_flag or parameter.count
            words = shorten(parameter.help or "", 100, placeholder="...")
            names = [*parameter.opts, *parameter.secondary_opts]
            options |= {name: ["" if flag else kind, words] for name in names}
        elif isinstance(parameter, click.Argument):
            arguments.append(f"{kind}..." if parameter.nargs == -1 else kind)
    # By its names: a command keeps the option itself as it was when it was first called, by whomever.
    names_of_help = sorted(command.get_help_option_names(context), key=len)
    node["options"] = options | {name: ["", "Show this message and exit."] for name in names_of_help}
    if arguments:
        node["arguments"] = arguments
    return node


def _kind(parameter: click.Parameter, path: tuple[str, ...]) -> str:
    name, metavar = parameter.name or "", parameter.metavar or ""
    own = _OWN.get(path, {}).get(name)
    if own is not None:
        return own
    if isinstance(parameter.type, click.Choice):
        return f"choice:{'|'.join(map(str, parameter.type.choices))}"
    if isinstance(parameter.type, click.types.IntParamType) or path[:1] == ("lab",):
        return "any"
    if name == "words" and path == ("help",):
        return "command"
    if metavar in _METAVARS:
        return _METAVARS[metavar]
    if name in _KINDS and not (isinstance(parameter, click.Option) and name == "plan"):
        return _KINDS[name]
    if isinstance(parameter.type, click.Path):
        return "dir" if not parameter.type.file_okay else "file"
    return "any"


def table_text(command: click.Command) -> str:
    """The table as the file has it: a line for each command."""
    context = click.Context(command, info_name="orch", **command.context_settings)
    top = table_of(command, context)
    lines = (f"{json.dumps(name)}: {json.dumps(below)}" for name, below in top["commands"].items())
    return f'{{"options": {json.dumps(top["options"])}, "commands": {{\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    from orchestrator.cli.main import orch

    FILE.write_text(table_text(orch), encoding="utf-8")
