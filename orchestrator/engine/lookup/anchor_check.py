"""Whether the log goes on from what anchors outside have seen of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.seal.anchors import (
    Anchoring,
    AnchorLook,
    AnchorPlace,
    AnchorState,
    Compared,
    Silent,
)
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.findings import SealCode, SealFinding
from orchestrator.domain.seal.signed_note import SignedNote
from orchestrator.engine.anchor_ports import Misfit
from orchestrator.engine.ports import Ports

PATIENCE = 30.0
"""Seconds for the place of one anchor."""
_CODES: Mapping[Misfit, SealCode] = {"older": "seal.store_older", "forked": "seal.store_forked"}


class _Seen(NamedTuple):
    """The notes that count for an anchor, and where they come from."""

    notes: Sequence[str]
    compared: Compared
    silence: Silent | None = None
    findings: tuple[SealFinding, ...] = ()


def anchor_looks(ports: Ports) -> Sequence[AnchorLook]:
    """What was found of each anchor: of those that are known here, and of those that the store knows besides.

    Raises PlanFault, StoreFault.
    """
    state, anchorings = ports.anchor_book.state(), ports.anchor_book.anchorings()
    known = ports.anchors.known()
    if not known and not anchorings:
        return ()
    anchors = dict.fromkeys([*known, *(each.anchor for each in anchorings)])
    origin = _origin(ports.anchor_book.note())
    return [
        _look(ports, state, anchor, [each for each in anchorings if each.anchor == anchor], origin)
        for anchor in anchors
    ]


def _look(
    ports: Ports, state: AnchorState, anchor: AnchorPlace, own: Sequence[Anchoring], origin: str
) -> AnchorLook:
    seen = _seen(ports, anchor, own, origin)
    checkpoints, unreadable = _checkpoints(seen.notes)
    misfits = ports.anchor_book.misfits(checkpoints)
    fitting = [each for each, misfit in zip(checkpoints, misfits, strict=True) if misfit is None]
    newest = max(fitting, key=lambda each: each.size, default=None)
    size = 0 if newest is None else newest.size
    findings = [*seen.findings, *_misfits(anchor, checkpoints, misfits)]
    if unreadable:
        findings.append(SealFinding("seal.anchor_bad", detail=f"{anchor.name}: {unreadable} unreadable"))
    return AnchorLook(
        anchor,
        seen.compared,
        size,
        _moment(own, size, newest),
        max(0, state.log_size - size),
        seen.silence or next((each.silence for each in state.tries if each.anchor == anchor), None),
        tuple(findings),
    )


def _seen(ports: Ports, anchor: AnchorPlace, own: Sequence[Anchoring], origin: str) -> _Seen:
    """The notes of the place itself, else those of the store with a stamp that is good, else the store's own word."""
    notes = [each.note for each in own]
    if anchor.kind == "rfc3161":
        return _stamped(ports, anchor, own)
    outside = ports.anchors.outside(anchor, origin, PATIENCE)
    if outside is None or isinstance(outside, Silent):
        return _Seen(notes, "own word" if notes else "nothing", outside)
    there = set(outside)
    gone = sum(1 for note in notes if note not in there)
    findings = (SealFinding("seal.anchor_missing", detail=f"{anchor.name}: {gone}"),) if gone else ()
    return _Seen([*outside, *(note for note in notes if note not in there)], "outside", findings=findings)


def _stamped(ports: Ports, anchor: AnchorPlace, own: Sequence[Anchoring]) -> _Seen:
    """Only the newest stamp is verified; each older one is of the beginning of the same log."""
    notes = [each.note for each in own]
    if not own:
        return _Seen((), "nothing")
    checked = ports.anchors.stamp_worth(anchor.place, own[-1].note, own[-1].proof)
    if checked.worth == "bad":
        bad = SealFinding("seal.anchor_bad", detail=f"{anchor.name}: {checked.detail}")
        return _Seen(notes, "own word", findings=(bad,))
    if checked.worth == "not verified":
        return _Seen(notes, "own word", Silent("unreadable", checked.detail))
    return _Seen(notes, "stamp")


def _checkpoints(notes: Iterable[str]) -> tuple[list[Checkpoint], int]:
    checkpoints, unreadable = [], 0
    for note in notes:
        try:
            checkpoints.append(Checkpoint.read(SignedNote.read(note).text))
        except ValueError:
            unreadable += 1
    return checkpoints, unreadable


def _misfits(
    anchor: AnchorPlace, checkpoints: Sequence[Checkpoint], misfits: Sequence[Misfit | None]
) -> Iterable[SealFinding]:
    """One finding for each way, with how many checkpoints there are and what the newest says."""
    for misfit, count in Counter(each for each in misfits if each is not None).items():
        newest = [each for each, way in zip(checkpoints, misfits, strict=True) if way == misfit][-1]
        detail = f"{anchor.name}: {count}, the newest of {newest.size} heads, {newest.extension('at') or ''}"
        yield SealFinding(_CODES[misfit], detail=detail)


def _moment(own: Sequence[Anchoring], size: int, newest: Checkpoint | None) -> datetime | None:
    """When it was anchored, as the anchoring says, else when it was signed."""
    at = next((each.at for each in own if each.size == size), None)
    if at is not None or newest is None:
        return at
    try:
        return datetime.fromisoformat(newest.extension("at") or "")
    except ValueError:
        return None


def _origin(note: str) -> str:
    try:
        return Checkpoint.read(SignedNote.read(note).text).origin
    except ValueError:
        return ""
