"""What is still asked before a plan may start, in words."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.authority.admission_answer import Reason


def asked_lines(asked: Sequence[Reason]) -> Iterator[str]:
    """What people and time have yet to resolve before a start, a line each."""
    for reason in asked:
        yield f"still asked: {reason.without_moves_of_an_open_one()}"
