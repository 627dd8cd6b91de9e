"""What a change ticket says of an end: the result of each, and facts alone."""

from __future__ import annotations

import pytest

from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, OVER, State
from orchestrator.policy.telling.ticket_receipt import receipt_of, result_of
from tests.journals import corpus

SHA = "5e" * 32


@pytest.mark.parametrize("end", OVER)
def test_only_a_completed_deployment_was_successful(end: State) -> None:
    result = result_of(end)  # type: ignore[arg-type]  # the parameter is one of OVER
    assert (result is None) == (end in NEVER_TOUCHED)
    assert (result == "successful") == (end is State.COMPLETED)


@pytest.mark.parametrize("name", corpus.NAMES)
def test_a_receipt_has_nothing_that_a_run_or_a_host_said(name: str) -> None:
    d = corpus.folded(name)
    receipt = receipt_of(d, 7, SHA)
    if receipt is None:
        assert not d.over or d.state in NEVER_TOUCHED
        return
    assert receipt.text.startswith(f"{receipt.marker}\n")
    assert f"Record: {d.id}, events 1 to 7, sha256 {SHA}\n" in receipt.text
    reasons = {standing.reason for standing in d.standings.values() if standing.reason}
    assert not [reason for reason in reasons if reason in receipt.text]
    assert all(line.isprintable() for line in receipt.text.splitlines())


def test_two_ends_of_one_deployment_have_two_markers() -> None:
    d = corpus.folded("completed_phased")
    later = d.model_copy(update={"ended_at": d.last_at.replace(year=2031)})
    first, second = receipt_of(d, 7, SHA), receipt_of(later, 9, SHA)
    assert first is not None
    assert second is not None
    assert first.marker != second.marker
    assert first.marker not in second.text
