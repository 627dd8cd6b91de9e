"""A table in a terminal: narrow ones cut no word off."""

import sys

import pytest

from orchestrator.cli.views.table import print_table


def test_in_a_narrow_terminal_cells_are_folded_and_nothing_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    print_table(["id", "state", "policy"], [["shop-1.2.0-20261129-030227", "completed", "ungoverned"]])
    shown = capsys.readouterr().out
    assert "shop-1.2.0-20261129-030227" in shown
    assert "…" not in shown
