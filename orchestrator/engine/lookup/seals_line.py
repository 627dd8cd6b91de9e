"""What `orch status --json` says of seals: how far the log is anchored, and when all of the store was verified last."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.seal.anchors import AnchorKind, AnchorSilence, AnchorState, AnchorTry
from orchestrator.domain.seal.findings import LastLook
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text

Count = Annotated[int, Field(ge=0)]


class AnchoredLine(Noun):
    """An anchor: up to which size of the log it has seen it, since when, how many heads are owed, and why."""

    anchor: Text
    kind: AnchorKind
    place: Text
    size: Count = 0
    at: Moment | None = None
    owed: Count
    tried: Moment
    silence: AnchorSilence | None = None


class SealsLine(Noun):
    """By the store's own word: nothing is verified for it. `covered`: anchors that have seen the newest of this deployment."""

    log_size: Count
    anchors: Many[AnchoredLine] = ()
    covered: Many[Text] = ()
    verified: LastLook | None = None


def seals_line(state: AnchorState, last: LastLook | None) -> SealsLine:
    """The line of a deployment."""
    covered = (
        name
        for name, newest in state.newest.items()
        if state.number is not None and newest.size > state.number
    )
    return SealsLine(
        log_size=state.log_size,
        anchors=tuple(_anchored(state, each) for each in state.tries),
        covered=tuple(sorted(covered)),
        verified=last,
    )


def _anchored(state: AnchorState, last: AnchorTry) -> AnchoredLine:
    newest = state.newest.get(last.anchor.name)
    return AnchoredLine(
        anchor=last.anchor.name,
        kind=last.anchor.kind,
        place=last.anchor.place,
        size=newest.size if newest is not None else 0,
        at=newest.at if newest is not None else None,
        owed=state.owed(last.anchor.name),
        tried=last.tried,
        silence=last.silence.code if last.silence is not None else None,
    )
