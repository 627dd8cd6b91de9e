"""Late words by their table: each row may be done, or is refused for exactly the reasons it lists."""

from __future__ import annotations

import pytest

from orchestrator.domain.journal import events as e
from tests.histories import HOSTS, attempted, checked, deployment, ready_to_deploy
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


AT_GATE = (
    *ready_to_deploy(),
    *attempted("d1", 0, h1="done"),
    e.WaveDeployed(wave=0),
    checked(0, h1="passed"),
    e.WaveVerified(wave=0),
    e.GateReached(wave=0, confirm="service owner"),
)
CONFIRMED = e.Confirmed(wave=0, role="service owner", by="cy", note="looked")
REJECTED = e.WaveRejected(wave=0, hosts=HOSTS[:1], reason="down")


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        ((CONFIRMED,), True),
        ((CONFIRMED.model_copy(update={"wave": 1}),), False),
        ((CONFIRMED, REJECTED), False),
        ((CONFIRMED, REJECTED, e.Retried(by="bo", reason="again")), False),
        ((REJECTED, e.Retried(by="bo", reason="again"), CONFIRMED), True),
    ],
    ids=["as it waits", "another wave", "a failure after it", "a retry after that", "after the retry"],
)
def test_a_confirmation_counts_for_its_wave_until_that_fails(
    after: tuple[e.Event, ...], *, counts: bool
) -> None:
    gate = deployment([*AT_GATE, *after]).rollout.gate
    assert gate is not None
    assert gate.confirmed == counts
