"""Which epochs a host may hold when an attempt comes to it."""

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.policy.course.epochs import known_epochs
from tests.histories import START, ready_to_deploy, recorded


def noted(epoch: int | None) -> list[e.Event]:
    """Ready to deploy, with baselines that note this epoch."""
    return [
        e.BaselineCaptured(
            baselines=tuple(
                BaselineReference(
                    host=b.host, digest=b.digest, machine_id=b.machine_id, items=b.items, epoch=epoch
                )
                for b in event.baselines
            )
        )
        if isinstance(event, e.BaselineCaptured)
        else event
        for event in ready_to_deploy()
    ]


def intended(name: str, epoch: int, purpose: str = "deploy") -> e.AttemptIntended:
    return e.AttemptIntended.model_validate(
        {"attempt": name, "purpose": purpose, "wave": 0, "hosts": ("h1",), "epoch": epoch}
    )


def refused(name: str, epoch: int) -> e.AttemptEnded:
    host = HostOutcome(host="h1", result="not_done", reason="another run", found_epoch=epoch)
    return e.AttemptEnded(
        outcome=AttemptOutcome(
            attempt=name, hosts=(host,), outrun_on=("h1",), started_at=START, ended_at=START
        )
    )


FAILED = e.WaveFailed(wave=0, hosts=("h1",), reason="x")
HELD: list[e.Event] = [FAILED, e.DeploymentHeld(reason="x", by="orch")]
BY_ORCH = e.BackoutBegan(hosts=("h1",), reason="x", by="orch")
BY_BO = e.BackoutBegan(hosts=("h1",), reason="x", by="bo", restored=(17,))
AGAIN = e.Retried(by="bo", reason="seen")
LOST = e.AttemptLost(attempt="a1", reason="gone")

# what has happened, and the epochs that h1 may hold at the last attempt
CASES: list[tuple[str, list[e.Event], tuple[int, ...]]] = [
    ("the first", [intended("a1", 7)], (3,)),
    ("after a lost one", [intended("a1", 7), LOST, intended("a2", 9)], (3, 7)),
    (
        "tried again after a refusal",
        [intended("a1", 7), refused("a1", 8), *HELD, AGAIN, intended("a2", 9)],
        (3, 7, 8),
    ),
    (
        "what orch does by itself",
        [intended("a1", 7), refused("a1", 8), FAILED, BY_ORCH, intended("b1", 9, "backout")],
        (3, 7),
    ),
    (
        "a rollback that a person asks for",
        [intended("a1", 7), refused("a1", 8), *HELD, BY_BO, intended("b1", 9, "backout")],
        (3, 7, 8, 17),
    ),
]


def known(epoch: int | None, events: list[e.Event]) -> dict[str, tuple[int, ...]]:
    d = fold(recorded([*noted(epoch), *events]))
    return known_epochs(d, d.attempts[-1])


def test_a_host_may_hold_what_is_accounted_for() -> None:
    for what, events, expected in CASES:
        assert known(3, events) == {"h1": expected}, what


def test_a_baseline_that_notes_no_epoch_asks_nothing() -> None:
    assert known(None, CASES[1][1]) == {}
