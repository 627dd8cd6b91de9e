"""Who speaks: the login user, or whoever `--by` names."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import Any

import click


def login_user() -> str:
    """The user who logged in; behind sudo the one who called it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return f"uid {os.getuid()}"


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--by`, for the journal."""
    return click.option("--by", default=login_user, show_default="the login user", help="Who says so.")(
        command
    )


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, as docs/json-lines.md says."""
    return click.option("--json", "as_json", is_flag=True, help="JSON for programs (docs/json-lines.md).")(
        command
    )
