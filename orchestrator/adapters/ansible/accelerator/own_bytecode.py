"""The code of Ansible's own files as Python keeps it beside them, named as on a host; it need not be compiled again."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any


class _Reader(SourceFileLoader):
    """Python's own reading of a file's code: from its cache where that is of this text; it writes none."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        return


def code_of(path: Path) -> tuple[bytes, CodeType]:
    """A module's text and its code. Raises OSError, SyntaxError."""
    code: Any = _Reader(path.stem, str(path)).get_code(path.stem)
    return path.read_bytes(), code


def code_beside(entry: str, text: str) -> CodeType | None:
    """The code of a file of Ansible's package with exactly this text, else None. `entry`: its path, from `ansible/` on."""
    path = _beside() / entry
    try:
        known, code = code_of(path)
    except (OSError, SyntaxError, ValueError):
        return None
    return named(code, entry) if known == text.encode() else None


def named(code: CodeType, name: str) -> CodeType:
    """The same code, of a file of this name."""
    constants = tuple(named(part, name) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=name, co_consts=constants)


@cache
def _beside() -> Path:
    """Where the package `ansible` is."""
    return Path(str(import_module("ansible").__file__)).parents[1]
