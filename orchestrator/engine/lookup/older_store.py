"""A store that is an older copy, or another one, than what its home or an anchor outside has seen: nothing new rests on it."""

from collections.abc import Iterator

from orchestrator.domain.seal.anchors import Silent
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.signed_note import SignedNote
from orchestrator.engine.lookup.seal_check import OF_THE_LOG, accepted_breaks
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from orchestrator.policy.telling.words.seal_words import finding_words

PATIENCE = 4.0
"""Seconds for the place of one anchor, when something new begins."""


def refuse_older_store(ports: Ports) -> None:
    """Raises StoreFault where the log of the store ends before what was seen of it, or is another one. Raises PlanFault."""
    look = ports.seals.log_look()
    misfits_here = [each for each in look.findings if each.code in OF_THE_LOG]
    if misfits_here:
        raise StoreFault(
            f"Nothing was started. {finding_words(misfits_here[0])}: the store is an older copy, or another one, and what "
            "was done since is on no record. Restore the newest backup. To go on without it, look after the hosts, then: "
            "orch record accept --log --reason WHY"
        )
    ahead = next(_ahead(ports, look.breaks), None)
    if ahead is not None:
        raise StoreFault(
            f"Nothing was started. The anchor {ahead} that the log of the store does not go on from: the store is an "
            "older copy, or another one, and what was done since is on no record. Restore the newest backup (orch record "
            "verify shows when it fits). To go on without it, look after the hosts, then take the anchor out of anchors.yml."
        )


def _ahead(ports: Ports, breaks: int) -> Iterator[str]:
    """Each checkpoint that an anchor has seen, and that is no beginning of the log.

    Where the log broke since and a person accepted that, what was seen before is no longer held against it.
    """
    anchors = ports.anchors.known()
    origin = _origin(ports.anchor_book.note()) if anchors else ""
    for anchor in anchors if origin else ():
        notes = ports.anchors.outside(anchor, origin, PATIENCE)
        if notes is None or isinstance(notes, Silent):
            continue  # what is owed to it is told elsewhere
        checkpoints = [each for note in notes if (each := _checkpoint(note)) is not None]
        misfits = ports.anchor_book.misfits(checkpoints)
        for checkpoint, misfit in zip(checkpoints, misfits, strict=True):
            accepted = _breaks(checkpoint) < breaks <= accepted_breaks(ports) if misfit else True
            if not accepted:
                yield f"{anchor.name} has a checkpoint of {checkpoint.size} heads"


def _breaks(checkpoint: Checkpoint) -> int:
    text = checkpoint.extension("breaks") or ""
    return int(text) if text.isdigit() else 0


def _checkpoint(note: str) -> Checkpoint | None:
    try:
        return Checkpoint.read(SignedNote.read(note).text)
    except ValueError:
        return None


def _origin(note: str) -> str:
    checkpoint = _checkpoint(note)
    return "" if checkpoint is None else checkpoint.origin
