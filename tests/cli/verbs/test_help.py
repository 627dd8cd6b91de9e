"""`orch help` and the answers to mistyped words."""

from __future__ import annotations

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode


@pytest.mark.parametrize("words", [[], ["deploy"], ["plan"], ["plan", "check"]], ids=" ".join)
def test_help_says_what_the_option_says(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--help"]) == 0
    by_option = capsys.readouterr().out
    assert run(["help", *words]) == 0
    assert capsys.readouterr().out == by_option
    assert by_option.startswith(" ".join(["Usage: orch", *words]))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("deply", "deploy"),
        ("statsu --json", "status"),
        ("plan chek plan.yml", "check"),
        ("status --jsn", "--json"),
        ("help statsu", "status"),
        ("help plan chek", "check"),
    ],
)
def test_a_mistyped_word_is_answered_with_what_may_be_meant(
    line: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line.split()) == ExitCode.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Did you mean" in printed.err
    assert meant in printed.err.partition("Did you mean")[2]


def test_a_word_like_no_command_is_sent_to_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zzz"]) == ExitCode.USAGE
    assert "`orch help` lists them" in capsys.readouterr().err


def test_below_a_command_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "deploy", "plan.yml"]) == ExitCode.USAGE
    assert "orch deploy --help" in capsys.readouterr().err
