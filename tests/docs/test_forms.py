"""Every command of orch that a page shows without running it can be read by orch: no verb and no option that is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.docs.pages import PAGES, other_code
from tests.worlds.printed import fault_of, filled

VALUES = {
    "ID": "shop",
    "PLAN": "plan.yml",
    "WHY": "looked at",
    "WHAT": "seen",
    "TIME": "in 2h",
    "COMMAND": "deploy",
    "NUMBER": "2",
    "SCORE": "4",
    "ANSWER": "partly",
    "WHEN": "in 2h",
    "DATE": "2026-01-01",
    "DAYS": "30d",
    "N": "2",
}
_COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?orch ([a-z].*)$")
_ENDS = {"|", ">", ";", "&&", "||", "<", "#"}
_LEFT_OUT = re.compile(
    r"Missing (argument|option|command|parameter)|requires an argument|does not exist|is not a file"
)
"""A command that is named in prose is not written in full, and its files are the reader's."""
NO_COMMANDS = {"approval 1", "event 1", "head 1", "rehearsal certificate 1"}
"""Names of formats."""


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """The line and the words of each."""
    for number, code in other_code(page):
        if match := _COMMAND.match(code.strip()):
            written = re.sub(r"[\[\]]", "", match[1])
            lexer = shlex.shlex(written, posix=True, punctuation_chars="|>;&<")
            lexer.whitespace_split = True
            try:
                words = list(lexer)
            except ValueError:  # a text in quotes that goes on in the next line
                continue
            end = next((at for at, word in enumerate(words) if word in _ENDS), len(words))
            if words[:end] and "..." not in words[:end] and written not in NO_COMMANDS:
                yield number, words[:end]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_is_shown_can_be_read(page: Path) -> None:
    faults = {}
    for number, words in commands(page):
        fault = _fault(filled(shlex.join(["orch", *words]), VALUES))
        if fault and not _LEFT_OUT.search(fault):
            faults[f"line {number}: orch {' '.join(words)}"] = fault
    assert faults == {}


def _fault(words: list[str]) -> str:
    try:
        return fault_of(words)
    except IndexError:  # the name of a group alone
        return ""
    except click.exceptions.Exit:  # --help and --version
        return ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("so `orch deploy PLAN --wait` waits", [["deploy", "PLAN", "--wait"]]),
        ("```sh\norch list | head -1   # a comment\n```", [["list"]]),
        ("```console\n$ orch list\n```", []),
        ("\n    orch status > file\n", [["status"]]),
        ("an `orchard` is none", []),
    ],
)
def test_what_counts_as_a_command(tmp_path: Path, text: str, read: list[list[str]]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    assert [words for _, words in commands(page)] == read
