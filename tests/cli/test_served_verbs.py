"""Every verb of the command line is served by the API, needs no server, or says why it is run elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from orchestrator.cli.main import orch, run
from orchestrator.cli.served_verbs import ELSEWHERE, HERE, SERVED
from orchestrator.web.route_table import all_routes
from tests.worlds.served import TOKEN


def _verbs(command: click.Command, context: click.Context, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every verb that does something by itself: leaves, and groups that are called without one of their own."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    if path and command.invoke_without_command:
        yield " ".join(path)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from _verbs(below, click.Context(below, parent=context, info_name=name), (*path, name))


VERBS = tuple(_verbs(orch, click.Context(orch, info_name="orch")))


def test_each_verb_is_in_exactly_one_table() -> None:
    tables = [*SERVED, *HERE, *ELSEWHERE]
    assert sorted(tables) == sorted(VERBS)


def test_a_served_verb_names_routes_that_there_are() -> None:
    routes = {route.name for route in all_routes() if route.described is not None}
    assert {route for named in SERVED.values() for route in named} - routes == set()


@pytest.mark.parametrize("verb", ELSEWHERE)
def test_a_verb_that_is_run_elsewhere_says_so_and_asks_nobody(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    assert run(["--server", "http://127.0.0.1:9", *verb.split()]) == 2
    words = capsys.readouterr().err
    assert f"orch {verb} is not asked of a server" in words
    assert "without --server" in words


def test_the_help_of_such_a_verb_is_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    assert run(["--server", "http://127.0.0.1:9", "lab", "up", "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out
