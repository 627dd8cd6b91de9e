"""Anchors the log outside. What an anchor has not seen is owed to it; none of them stops or delays a deployment."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from orchestrator.domain.seal.anchors import Anchoring, AnchorPlace, AnchorState, AnchorTry, Laid, Silent
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.engine.background import BackgroundTask
from orchestrator.engine.ports import Ports
from orchestrator.errors import OrchError, PlanFault, StoreFault

PATIENCE = 4.0
"""Seconds for all anchors together at the end of a driver, and of a look for what is due."""
REST = 60.0
"""Seconds after which whoever looks again and again tries an anchor again."""


def settle_quietly(ports: Ports, *, rest: float = 0.0) -> None:
    """Try what is owed; whatever comes of it is told by `orch status` and `orch record verify`, and raised nowhere."""
    try:
        settle(ports, rest=rest)
    except OrchError as fault:
        _note_fault(ports, fault)


def settle(ports: Ports, *, patience: float = PATIENCE, rest: float = 0.0) -> Sequence[AnchorTry]:
    """Show the newest checkpoint to each anchor that has not seen it, all at once, within `patience` seconds.

    `rest`: seconds in which an anchor that was tried is left alone. Raises PlanFault, StoreFault.
    """
    anchors = ports.anchors.known()
    note = ports.anchor_book.note() if anchors else ""
    if not note:
        return ()
    opened = ports.seal_keys.opened(note)
    if opened.answer == "unknown key":
        # Another home that shares the store signed last, or a stranger, whom this refuses.
        ports.seals.signed_anew(lambda: None)
        note = ports.anchor_book.note()
        opened = ports.seal_keys.opened(note)
    if opened.checkpoint is None or opened.answer != "good":
        raise StoreFault(
            f"The newest checkpoint is not good ({opened.answer}), so that nothing was anchored: orch record verify"
        )
    now, state = ports.clock.now(), ports.anchor_book.state()
    wanted = [
        anchor for anchor in anchors if state.owed(anchor.name) and not _rests(state, anchor, now, rest)
    ]
    answers = _laid(ports, wanted, opened.checkpoint.origin, note, patience)
    tries = [
        AnchorTry(anchor, now, answer if isinstance(answer, Silent) else None)
        for anchor, answer in zip(wanted, answers, strict=True)
    ]
    laid = _anchorings(wanted, answers, opened.checkpoint, note)
    if tries:
        ports.anchor_book.write(laid, tries)
    return tries


def _rests(state: AnchorState, anchor: AnchorPlace, now: datetime, rest: float) -> bool:
    tried = [each.tried for each in state.tries if each.anchor == anchor]
    return any(0.0 <= (now - moment).total_seconds() < rest for moment in tried)


def _laid(
    ports: Ports, anchors: Sequence[AnchorPlace], origin: str, note: str, patience: float
) -> list[Laid | Silent]:
    """What each anchor answered in time; one that hangs is left behind in its thread."""
    began = ports.clock.uptime()[1]
    tasks = [BackgroundTask(partial(ports.anchors.lay, anchor, origin, note, patience)) for anchor in anchors]
    answers: list[Laid | Silent] = []
    for task in tasks:
        left = patience - (ports.clock.uptime()[1] - began)
        answers.append(task.result() if task.within(left) else Silent("late", f"{patience:g} s"))
    return answers


def _anchorings(
    anchors: Sequence[AnchorPlace], answers: Sequence[Laid | Silent], checkpoint: Checkpoint, note: str
) -> Sequence[Anchoring]:
    return [
        Anchoring(anchor, checkpoint.size, note, answer.proof, answer.at)
        for anchor, answer in zip(anchors, answers, strict=True)
        if isinstance(answer, Laid)
    ]


def _note_fault(ports: Ports, fault: OrchError) -> None:
    """Where the file of anchors is wrong, each anchor that was known says so."""
    if not isinstance(fault, PlanFault):
        return
    now = ports.clock.now()
    silence = Silent("unreadable", str(fault))
    try:
        known = ports.anchor_book.state().tries
        ports.anchor_book.write((), [AnchorTry(each.anchor, now, silence) for each in known])
    except OrchError:
        return
