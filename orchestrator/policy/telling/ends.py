"""The meaning of each end of a deployment, wherever it is shown, counted or returned: one row for each."""

from typing import Literal, NamedTuple, assert_never

from orchestrator.domain.journal.lifecycle import Ended, State, end_of
from orchestrator.errors import ExitCode

S = State
Tone = Literal["good", "care", "bad"]
"""The colour of a result: only a completed deployment is good."""
Figure = Literal[
    "completed",
    "with_exceptions",
    "backed_out",
    "with_residue",
    "backout_failed",
    "refused",
    "cancelled",
]
"""The category in which an end is counted; each is a field of ModelFigures."""


class End(NamedTuple):
    """The meaning of an end. `undone`: everything touched was proved to equal its baseline."""

    exit_code: ExitCode
    tone: Tone
    figure: Figure
    undone: bool = False


def meaning_of(end: Ended) -> End:
    """The row of an end."""
    match end:
        case S.COMPLETED:
            return End(ExitCode.COMPLETED, "good", "completed")
        case S.COMPLETED_WITH_EXCEPTIONS:
            return End(ExitCode.COMPLETED_WITH_EXCEPTIONS, "care", "with_exceptions")
        case S.BACKED_OUT:
            return End(ExitCode.BACKED_OUT, "bad", "backed_out", undone=True)
        case S.BACKED_OUT_WITH_RESIDUE:
            return End(ExitCode.BACKED_OUT_WITH_RESIDUE, "bad", "with_residue")
        case S.BACKOUT_FAILED:
            return End(ExitCode.BACKOUT_FAILED, "bad", "backout_failed")
        case S.REFUSED:
            return End(ExitCode.REFUSED, "bad", "refused")
        case S.CANCELLED:
            return End(ExitCode.CANCELLED, "care", "cancelled")
        case _:
            assert_never(end)


def tone_of(state: State) -> Tone:
    """The colour of a result; a deployment without one needs attention."""
    end = end_of(state)
    return meaning_of(end).tone if end is not None else "care"
