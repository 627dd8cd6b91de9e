"""The options `--by` and `--json`, and the login user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from orchestrator.errors import UsageFault

LONGEST_NAME = 400


def login_user() -> str:
    """The user of this process by the machine's user database; under sudo, the user who called sudo."""
    from orchestrator.adapters.speaker import this_speaker

    return this_speaker().name


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--by`, the name for the journal."""
    return click.option(
        "--by",
        default=login_user,
        show_default="the login user",
        callback=lambda _context, _option, name: readable_name(name, "--by"),
        help="Your name, for the record.",
    )(command)


def readable_name(name: str, option: str) -> str:
    """The name of a person or a role, as an option gives it. Raises UsageFault if it misleads its reader, or is none."""
    if not name.strip() or len(name) > LONGEST_NAME:
        finding = f"{len(name):,} characters" if name.strip() else "nothing"
        raise UsageFault(f"{option}: expected a name of at most {LONGEST_NAME} characters, found {finding}.")
    if name.isascii() and name.isprintable():
        return name
    from orchestrator.domain.text.names import misleading

    fault = misleading(name)
    if fault is not None:
        expected, finding, move = fault
        raise UsageFault(f"{option}: expected {expected}, found {finding}; {move}.")
    return name


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` (docs/json-lines.md)."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON for programs (docs/json-lines.md)."
    )(command)
