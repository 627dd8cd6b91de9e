"""The id of a home, by which a certificate says where it was rehearsed."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from orchestrator.errors import StoreFault

FILE = "home.id"
_DIGITS = 32


def home_id(home: Path) -> str:
    """The random id of this home, made when it is first asked for. Raises StoreFault."""
    file = home / FILE
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        text = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise StoreFault(f"{file} cannot be kept: {error.strerror}.") from None
    if len(text) != _DIGITS or set(text) - set("0123456789abcdef"):
        raise StoreFault(f"{file} holds no id of a home; restore it from a copy, or remove it.")
    return text


def _make(file: Path) -> None:
    """Write the file whole, or leave the one that another process has written meanwhile."""
    name = secrets.token_hex(_DIGITS // 2)
    beside = file.with_name(f".{file.name}.{name}")
    try:
        beside.write_text(name, encoding="ascii")
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        beside.unlink(missing_ok=True)
