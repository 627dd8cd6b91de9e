"""Where an option of ssh stands: file and line, as far as `ssh -v -G` tells which parts of its files count for a host."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.adapters.home_paths import expanded

_READ = re.compile(r"^debug1: Reading configuration data (.+)$", re.MULTILINE)
_APPLIED = re.compile(r"^debug1: (.+) line (\d+): Applying options for ", re.MULTILINE)
_OPTION = re.compile(r"\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*")
_SYSTEM = "/etc/ssh/ssh_config"
_NAMED = 3
_INSTEAD = {"proxyjump": ("proxyjump", "proxycommand")}
"""A ProxyCommand that is `ssh -W` is a jump host as well."""


class ReadBySsh(NamedTuple):
    """What ssh read for a host, in its order, and the lines with `Host` that fit the host."""

    files: tuple[str, ...] = ()
    fitting: frozenset[tuple[str, int]] = frozenset()


def read_by_ssh(log: str) -> ReadBySsh:
    """From the log of `ssh -v -G` (readconf.c of OpenSSH 8.4 to 10)."""
    fitting = frozenset((file, int(line)) for file, line in _APPLIED.findall(log))
    return ReadBySsh(tuple(dict.fromkeys(_READ.findall(log))), fitting)


class _Line(NamedTuple):
    number: int
    name: str
    value: str
    within: str
    """`host`, `match`, or empty at the top of the file."""
    since: int


class SshFiles:
    """ssh's files; each is read once."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[_Line, ...]] = {}

    def place(self, setting: str, read: ReadBySsh) -> str:
        """The file and line of a setting, as `name value`; several where ssh does not tell which of them, empty for none.

        The first line that counts is the one for ssh. Whether a `Match` fits, or the `Host` around an `Include`, is not
        known here.
        """
        name, _, value = setting.partition(" ")
        candidates = list(self._candidates(name, read))
        equal = [each for each in candidates if _same(each[1].value, value)]
        places = []
        for file, line in equal or candidates:
            places.append(f"{file} line {line.number}")
            top_of_included = not line.within and file not in (read.files[0], _SYSTEM)
            if line.within != "match" and not top_of_included:
                break
        return " or ".join(places[:_NAMED])

    def _candidates(self, name: str, read: ReadBySsh) -> Iterator[tuple[str, _Line]]:
        names = _INSTEAD.get(name, (name,))
        for file in read.files:
            for line in self._of(file):
                fits = line.within != "host" or (file, line.since) in read.fitting
                if line.name in names and fits:
                    yield file, line

    def _of(self, file: str) -> tuple[_Line, ...]:
        if file not in self._lines:
            self._lines[file] = tuple(_lines(file))
        return self._lines[file]


def _lines(file: str) -> Iterator[_Line]:
    try:
        text = expanded(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    within, since = "", 0
    for number, written in enumerate(text.splitlines(), 1):
        match = _OPTION.fullmatch(written)
        if match is None:
            continue
        name = match[1].lower()
        if name in ("host", "match"):
            within, since = name, number
        else:
            yield _Line(number, name, match[2], within, since)


def _same(written: str, value: str) -> bool:
    return written.replace('"', "").lower() == value.replace('"', "").lower()
