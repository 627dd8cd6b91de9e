"""Words of people reach the journal whole, or are refused before anything is done: no option lets more in than it holds."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from orchestrator.cli.main import orch as every_verb
from orchestrator.cli.options.option_values import LONGEST_TEXT
from orchestrator.cli.options.words_option import WORDS
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

FOR_THE_RECORD = {"reason", "note", "impact"}


def options_of(group: click.Group, path: str = "orch") -> Iterator[tuple[str, click.Option]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from options_of(command, f"{path} {name}")
        elif command is not None:
            yield from ((f"{path} {name}", each) for each in command.params if isinstance(each, click.Option))


def test_each_option_for_the_record_is_bounded() -> None:
    asked = [(path, each) for path, each in options_of(every_verb) if each.name in FOR_THE_RECORD]
    assert len(asked) > 20
    assert [path for path, each in asked if each.type is not WORDS] == []


@pytest.mark.parametrize(("length", "code"), [(LONGEST_TEXT, 0), (LONGEST_TEXT + 1, 2), (1_000_000, 2)])
def test_what_a_journal_cannot_hold_is_refused_before_anything_is_done(
    length: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = Fleet()
    assert orch(fleet, ["stop-all", "--reason", "x" * length]) == code
    printed = capsys.readouterr().err
    assert ("--reason: expected at most 4,000 characters" in printed) == (code == 2)
    assert len(printed) < 500


def test_bytes_that_are_no_text_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(Fleet(), ["stop-all", "--reason", "fire \udcff"]) == 2
    assert "--reason: expected text in UTF-8" in capsys.readouterr().err
