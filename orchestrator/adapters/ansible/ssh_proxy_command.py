"""The jump host in ssh's settings: that of ProxyJump, or of a ProxyCommand that is itself `ssh -W %h:%p HOST`."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

_WITH_VALUE = "BbcDEeFIiJLlmOopQRSWw"
"""Options of ssh(1) that take a value."""
_SHELL = re.compile(r"[;&|<>$`\n]")
_FORWARD = ("%h:%p", "[%h]:%p")
_NOT_ASKED = ("W", "E")
_HOST = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?:\[(?P<six>[^\]]+)\]|(?P<name>[^:\s]+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.%\w]*))(?::(?P<port>\d+))?/?"
)


class Jump(NamedTuple):
    """The jump host nearest to the host: its name, and the arguments by which ssh gets to it."""

    name: str
    words: tuple[str, ...]


def jump_of(settings: Mapping[str, Sequence[str]], configuration: Sequence[str]) -> Jump | None:
    """The jump host; None for none, and for a ProxyCommand of another kind. `configuration`: `-F FILE` of the way.

    A jump host's ssh is given the same file, and no other option (ssh.c of OpenSSH 8.4 to 10). Raises ValueError.
    """
    for jumps in settings.get("proxyjump", ()):
        if jumps != "none":
            return _of_proxy_jump(jumps, configuration)
    return next((_of_proxy_command(command) for command in settings.get("proxycommand", ())), None)


def _of_proxy_jump(jumps: str, configuration: Sequence[str]) -> Jump:
    before, _, last = jumps.rpartition(",")
    words = [*configuration, *(("-J", before) if before else ())]
    return _destination(last, words)


def _of_proxy_command(command: str) -> Jump | None:
    if _SHELL.search(command):
        return None
    words = shlex.split(command)
    if not words or PurePath(words[0]).name != "ssh":
        return None
    options, rest = options_of(words[1:])
    behind, remote = options_of(rest[1:])  # ssh reads options after the host as well
    options += behind
    if not rest or remote or not any(option == "W" and value in _FORWARD for option, value in options):
        return None
    given = [_written(option, value) for option, value in options if option not in _NOT_ASKED]
    return _destination(rest[0], [word for pair in given for word in pair])


def options_of(words: Sequence[str]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """ssh's options with their values, and what stands after them; as getopt(3) reads them."""
    options: list[tuple[str, str | None]] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            break
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in _WITH_VALUE:
                options.append((letter, letters or (rest.pop(0) if rest else "")))
                break
            options.append((letter, None))
    return options, rest


def _written(option: str, value: str | None) -> tuple[str, ...]:
    return (f"-{option}",) if value is None else (f"-{option}", value)


def _destination(text: str, words: Sequence[str]) -> Jump:
    match = _HOST.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no jump host")
    user = ("-l", match["user"]) if match["user"] else ()
    port = ("-p", match["port"]) if match["port"] else ()
    return Jump(match["six"] or match["name"], (*words, *user, *port))
