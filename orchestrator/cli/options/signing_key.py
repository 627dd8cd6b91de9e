"""A person's private key: its file, and the passphrase that opens it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.key_folder import load_key
from orchestrator.cli.wiring import KEY
from orchestrator.errors import OrchError, UsageFault

PASSPHRASE = "ORCH_KEY_PASSPHRASE"  # noqa: S105 (the name of a variable)


def key_file(given: Path | None = None) -> Path:
    """The file of the private key: as given, else $ORCH_KEY, else ~/.config/orch/key.pem."""
    if given is not None:
        return given
    named = os.environ.get("ORCH_KEY")
    return Path(named).expanduser() if named else Path.home() / ".config" / "orch" / "key.pem"


def key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--key`, for verbs that sign."""
    return click.option(
        "--key",
        "key",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_keep,
        help="Your private key [default: $ORCH_KEY, else ~/.config/orch/key.pem].",
    )(command)


def speaking_key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--key`, for verbs whose word is signed where keys are trusted; the ports of the command find it."""
    return click.option(
        "--key",
        type=click.Path(dir_okay=False, path_type=Path),
        expose_value=False,
        callback=_keep,
        help="Your private key, where keys are trusted [default: $ORCH_KEY, else ~/.config/orch/key.pem].",
    )(command)


def _keep(context: click.Context, _: click.Parameter, given: Path | None) -> Path | None:
    if given is not None:
        context.find_root().meta[KEY] = given
    return given


def own_key(given: Path | None = None) -> SigningKey:
    """The private key, opened. Raises NotFound, UsageFault, and Refused where others can read the file."""
    file = key_file(given)
    try:
        return load_key(file, ask=lambda: passphrase_of(file))
    except UsageFault as fault:
        raise UsageFault(f"{file}: {fault}") from None


def passphrase_of(file: Path) -> bytes:
    """Read the passphrase from $ORCH_KEY_PASSPHRASE or the terminal. Raises UsageFault when there is neither."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given.encode()
    if not sys.stdin.isatty():
        raise UsageFault(f"the key has a passphrase; give it in ${PASSPHRASE}, or call orch in a terminal.")
    answer: str = click.prompt(f"Passphrase of {file}", hide_input=True, err=True)
    return answer.encode()


def new_passphrase(*, without: bool) -> bytes | None:
    """Read the passphrase for a new key; None for a key without one. Raises UsageFault."""
    if without:
        return None
    given = os.environ.get(PASSPHRASE)
    if given:
        return given.encode()
    if not sys.stdin.isatty():
        raise UsageFault(
            f"A new key has a passphrase: give it in ${PASSPHRASE}, or say --no-passphrase where only the file's mode "
            "is to guard it."
        )
    answer: str = click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return answer.encode()


def own_key_id() -> str | None:
    """The id of this user's key, from the public half beside it; None when there is none."""
    from orchestrator.adapters.keys.key_folder import read_card

    try:
        return read_card(card_file(key_file())).key
    except OrchError:
        return None


def card_file(file: Path) -> Path:
    """The file of the public half: beside the private key, such as key.pub.json beside key.pem."""
    return file.with_name(f"{file.stem}.pub.json")
