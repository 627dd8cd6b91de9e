"""`--ask-become-pass` and `--become-password-file`: the password to become root on hosts, given once before anything starts."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.adapters.home_paths import expanded
from orchestrator.cli.wiring import BECOME, BECOME_FILE
from orchestrator.errors import UsageFault

_MOST = 1 << 16
_SECONDS = 60.0


def become_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add both; the ports of the command find the password."""
    asked = click.option(
        "-K",
        "--ask-become-pass",
        is_flag=True,
        expose_value=False,
        callback=_ask,
        help="Ask in the terminal, once and now, for the password to become root on hosts. It is kept nowhere.",
    )
    in_file = click.option(
        "--become-password-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_read,
        help="The file with the password to become root on hosts, or a program that prints it.",
    )
    return asked(in_file(command))


def refuse_to_ask_for_another(*, detach: bool) -> None:
    """Raises UsageFault for `--detach` where a password was asked for: the other process could not be given it."""
    meta = click.get_current_context().find_root().meta
    if detach and BECOME in meta and BECOME_FILE not in meta:
        raise UsageFault(
            "--detach leaves the deployment to another process, and what --ask-become-pass was told is kept in this one "
            "alone. Give --become-password-file FILE, or stay."
        )


def _ask(context: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - as click calls it
    if not asked:
        return
    if BECOME in context.find_root().meta:
        raise UsageFault(
            "--ask-become-pass and --become-password-file are two ways to one password: choose one."
        )
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise UsageFault(
            "--ask-become-pass asks in a terminal, and there is none here. Give --become-password-file FILE, or the password "
            "in the inventory's vault (ansible_become_password)."
        ) from None
    password = getpass.getpass("Password to become root on the hosts: ")
    if not password:
        raise UsageFault("No password was given. Nothing was started.")
    context.find_root().meta[BECOME] = password


def _read(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    if BECOME in context.find_root().meta:
        raise UsageFault(
            "--ask-become-pass and --become-password-file are two ways to one password: choose one."
        )
    context.find_root().meta[BECOME] = password_in(expanded(path).absolute())
    context.find_root().meta[BECOME_FILE] = expanded(path).absolute()


def password_in(path: Path) -> str:
    """What the file holds, or what it prints where it is a program, without white space around it. Raises UsageFault."""
    try:
        if not path.is_file() or not os.access(path, os.X_OK):
            with path.open("rb") as file:
                password = file.read(_MOST).decode("utf-8").strip()
        else:
            password = _printed_by(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageFault(
            f"--become-password-file {path}: it cannot be read: {why}. Name another file."
        ) from None
    if not password or "\n" in password:
        holds = "nothing" if not password else "several lines"
        raise UsageFault(f"--become-password-file {path}: expected one line with the password, got {holds}.")
    return password


def _printed_by(path: Path) -> str:
    from orchestrator.cli.wiring import run_program

    ended = run_program([str(path)], _SECONDS)
    if ended.exit_code != 0:
        end = (
            f"ended with {ended.exit_code}"
            if ended.exit_code is not None
            else f"did not end in {_SECONDS:g} s"
        )
        raise UsageFault(
            f"--become-password-file {path}: the program {end}. Correct it, or name another file."
        )
    return ended.output.strip()
