"""Finds and reads `orch.toml`; faults have lines."""

from __future__ import annotations

import os
import pwd
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, validated
from orchestrator.adapters.files.yaml_text.document import Document, DocumentPlace, YamlTree, fault_at
from orchestrator.adapters.files.yaml_text.yaml_events import LARGEST
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.rules.settings_file import SettingsFile
from orchestrator.errors import Fault, PlanFault

SETTINGS = "orch.toml"
_AT_LINE = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)
_KEY = re.compile(r"""^\s*\[{0,2}\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)""")


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings of one file, with the line of each."""

    file: Path
    noun: SettingsFile
    lines: Mapping[str, int]

    def path_of(self, name: str) -> Path | None:
        """A setting that is a path: relative ones begin at the file, `~` is the home of whoever calls orch."""
        given: str | None = getattr(self.noun, name)
        return None if given is None else self.file.parent / expanded(given)

    def place_of(self, name: str) -> str:
        """Where the setting stands, as `file:line`."""
        return f"{self.file}:{self.lines.get(name, 1)}"


def settings_above(folder: Path) -> Path | None:
    """The nearest `orch.toml`, from this folder up to the root of its repository; without one, up to the root."""
    for place in (folder, *folder.parents):
        if (place / SETTINGS).is_file():
            return place / SETTINGS
        if (place / ".git").exists():
            return None
    return None


def refuse_foreign_settings(file: Path, caller: Mapping[str, str]) -> None:
    """Raises PlanFault for a file that was found, and not named, and belongs to somebody else: it says which program runs.

    As with git's `safe.directory`, root counts as anybody's, and whoever called sudo as root's.
    """
    owner, mine = file.stat().st_uid, os.geteuid()
    called = caller.get("SUDO_UID", "") if mine == 0 else ""
    if owner in {0, mine} or called == str(owner):
        return
    move = "look at it, then name it: ORCH_SETTINGS=FILE (or ORCH_SETTINGS= for none)"
    raise PlanFault([Fault(str(file), None, "", "a file of yours or of root", _user(owner), move)])


def load_settings(file: Path) -> LoadedSettings:
    """Raises NotFound, and PlanFault with every fault."""
    document = read_toml(str(file), bytes_of(str(file), "settings file"))
    return LoadedSettings(file.absolute(), validated(document, SettingsFile), document.lines())


def read_toml(file: str, content: bytes) -> Document:
    """The tree of a TOML file, with the line of each key; never raises for its content."""
    document = Document(file)
    try:
        text = _text_of(content)
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        document.tree, document.faulty = {}, {()}
        document.faults.append(_unreadable(file, content, error))
        return document
    document.places = dict(_places(text))
    document.tree = {key: _plain(document, (key,), value) for key, value in tree.items()}
    return document


def _text_of(content: bytes) -> str:
    if len(content) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    # tomllib wants line ends without carriage returns, as it reads them from files.
    return content.decode("utf-8").replace("\r\n", "\n")


def _unreadable(file: str, content: bytes, error: ValueError | RecursionError) -> Fault:
    if isinstance(error, UnicodeDecodeError):
        line = content[: error.start].count(b"\n") + 1
        return fault_at(file, line, (), "text in UTF-8", "other bytes", "save the file as UTF-8")
    if isinstance(error, RecursionError):
        return fault_at(file, None, (), "settings", "lists within lists without end", "write it anew")
    match = _AT_LINE.match(str(error))
    if match is None:
        return fault_at(file, None, (), "settings", str(error), "write it anew")
    words, last = match[1], len(content.splitlines()) or 1
    seen = f"a fault: {words[:1].lower()}{words[1:]}"
    move = 'correct it: `ansible = ".venv"` is how a line looks'
    return fault_at(file, int(match[2] or last), (), "TOML", seen, move)


def _places(text: str) -> Iterator[tuple[tuple[str | int, ...], DocumentPlace]]:
    """The first line of each key of the file: one that looks like a key, where everything above it is whole."""
    yield (), DocumentPlace(1, 1)
    lines = text.split("\n")
    seen: set[str] = set()
    for number, line in enumerate(lines):
        match = _KEY.match(line)
        key = match[1].strip("\"'") if match else ""
        if match and key not in seen and _is_whole("\n".join(lines[:number])):
            seen.add(key)
            yield (key,), DocumentPlace(number + 1, 1)


def _is_whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True


def _plain(document: Document, path: tuple[str | int, ...], value: object) -> YamlTree:
    """The value as plain data; dates and times are of no use here, and pass as numbers: they are no text either."""
    if isinstance(value, dict):
        return {key: _plain(document, (*path, key), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(document, (*path, place), inner) for place, inner in enumerate(value)]
    if isinstance(value, str):
        return value
    document.spelled[path] = str(value).lower() if isinstance(value, bool) else str(value)
    return value if isinstance(value, bool | int | float) else 0


def _user(number: int) -> str:
    try:
        return f"one of {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"one of the user {number}"
