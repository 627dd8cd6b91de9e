"""Late words by their table: each row may be done, or is refused for exactly the reasons it lists."""

from __future__ import annotations

import pytest

from tests.policy.late_cases import LateRow, asked, rows

TABLE = rows()


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_row(row: LateRow) -> None:
    reasons, text = asked(row)
    if row.ask == "give":
        assert [
            part for part, reason in zip(row.reasons, reasons, strict=True) if part not in reason
        ] == [], text
    else:
        assert reasons == row.reasons, text
    assert row.says in text


def test_the_table_is_long_and_no_row_comes_twice() -> None:
    assert len(TABLE) >= 60
    assert len({row.what for row in TABLE}) == len(TABLE)
    assert len({repr((row.state, row.ask, row.words, row.given)) for row in TABLE}) == len(TABLE)


def test_every_reason_says_what_was_found_and_what_to_do() -> None:
    for row in TABLE:
        _, text = asked(row)
        assert "None" not in text, row
        assert all("; " in line for line in text.splitlines() if row.reasons and row.ask != "give"), text
