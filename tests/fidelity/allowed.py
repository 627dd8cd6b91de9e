"""Where an accelerated run may differ from a stock one: a short list, each entry with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.fidelity.differences import Difference


class Allowance(NamedTuple):
    """A difference that is no fault: which one, and why."""

    name: str
    covers: Callable[[Difference], bool]
    why: str


def _field(pattern: str) -> Callable[[Difference], bool]:
    whole = re.compile(pattern)
    return lambda difference: whole.search(difference.field) is not None


_LOST = re.compile(r"(reached over ssh:)( Connection to \S+ closed by remote host\.)?$")


def _is_lost_connection(difference: Difference) -> bool:
    """The same failure, with or without ssh's last sentence; lines of words are compared one by one."""
    if difference.field in ("missing", "added"):
        text = difference.first if difference.second is None else difference.second
        return difference.part.startswith("words") and _LOST.search(str(text)) is not None
    first, second = (_LOST.sub(r"\1", str(side)) for side in (difference.first, difference.second))
    return difference.field.endswith("msg") and first == second


_FRAME = re.compile(
    r'  File "(?:<stdin>|<orch [^"]*>|<frozen [^"]*>|[^"]*/(?:runpy|_loader|_builder)\.py)".*\n(?:    .*\n)*'
)


def _of_module(traceback: object) -> object:
    """The frames of a traceback that are the module's own."""
    return (
        re.sub(r"ansible_\w+_payload", "payload", _FRAME.sub("", traceback))
        if isinstance(traceback, str)
        else traceback
    )


ALLOWED: tuple[Allowance, ...] = (
    Allowance(
        "argv[0]",
        _field(r"ansible_facts\.(ansible_)?python\.argv|\.sys_argv"),
        "a module is started by the agent, not from a file or by AnsiballZ's wrapper",
    ),
    Allowance(
        "SUDO_COMMAND",
        _field(r"(^|\.)SUDO_COMMAND$"),
        "sudo starts one interpreter for many modules, so its command line names the agent",
    ),
    Allowance(
        "tmpdir slash",
        lambda difference: (
            difference.field.endswith("_ansible_tmpdir")
            and str(difference.first).rstrip("/") == str(difference.second).rstrip("/")
        ),
        "the agent answers with the path as it was asked for",
    ),
    Allowance(
        "left folders",
        lambda difference: (
            difference.part.startswith("files of ")
            and difference.field == "missing"
            and difference.first == "/tmp/<payload>"
        ),
        "stock leaves the folder of a module that was killed; accelerated there is none",
    ),
    Allowance(
        "frames above a module",
        lambda difference: (
            difference.field.endswith((".module_stderr", ".exception"))
            and _of_module(difference.first) == _of_module(difference.second)
        ),
        "a traceback of a module that crashed shows who started it, which is the agent and no script on standard input",
    ),
    Allowance(
        "a lost connection",
        _is_lost_connection,
        "ssh says that the connection was closed only where it shares it with no other",
    ),
)


def faults(differences: list[Difference]) -> list[Difference]:
    """The differences that no entry covers."""
    return [each for each in differences if not any(entry.covers(each) for entry in ALLOWED)]
