"""A person's private key: its file, and the passphrase that opens it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.adapters.keys.own_keys import card_file, default_file, named_signer, signer_for
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.ssh_signer import SshSigner
from orchestrator.bootstrap import clock
from orchestrator.cli.wiring import KEY
from orchestrator.domain.authority.signing import Holder, Keyring
from orchestrator.errors import OrchError, Refused, UsageFault

PASSPHRASE = "ORCH_KEY_PASSPHRASE"  # noqa: S105 (the name of a variable)


def key_file(given: Path | None = None) -> Path:
    """The file of the private key: as given, else $ORCH_KEY, else ~/.config/orch/key.pem."""
    return given if given is not None else default_file()


def key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--key`, for verbs that sign."""
    return click.option(
        "--key",
        "key",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_keep,
        help="Your key, a file of orch or ssh [default: $ORCH_KEY, else the trusted one in your folders or agent].",
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


def own_key(given: Path | None = None) -> Signer:
    """The private key in one file, opened. Raises NotFound, UsageFault, and Refused where others can read the file."""
    return named_signer(key_file(given), passphrase_of)


def own_signer(
    keyring: Keyring, given: Path | None = None, *, role: str | None = None, holder: Holder | None = "person"
) -> Signer:
    """The key of this user to sign with: the named file, else the one at hand that the keyring trusts.

    Raises UsageFault where keys of several people are at hand, and Refused, with what to do, where none is.
    """
    signer = signer_for(keyring, given, now=clock().now(), ask=passphrase_of, role=role, holder=holder)
    if isinstance(signer, SshSigner) and signer.in_hardware:
        click.echo(f"Touch the FIDO key of {signer.place} when it asks for it.", err=True)
    return signer


def speaking_key(keyring: Keyring, given: Path | None) -> Signer:
    """The key that signs what this command says: a person's, else that of this machine, for a timer. Raises as `own_signer`."""
    try:
        return own_signer(keyring, given)
    except Refused:
        try:
            return signer_for(keyring, given, now=clock().now(), ask=passphrase_of, holder="machine")
        except Refused:
            pass
        raise


def passphrase_of(file: Path) -> bytes:
    """Read the passphrase from $ORCH_KEY_PASSPHRASE or the terminal. Raises UsageFault when there is neither."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given.encode()
    if not sys.stdin.isatty():
        raise UsageFault(
            f"{file}: the key has a passphrase; give it in ${PASSPHRASE}, or call orch in a terminal."
        )
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
