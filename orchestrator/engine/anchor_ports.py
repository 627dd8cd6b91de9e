"""The ports of anchors outside. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Literal

from orchestrator.domain.seal.anchors import (
    Anchoring,
    AnchorPlace,
    AnchorState,
    AnchorTry,
    Checked,
    Laid,
    Silent,
)
from orchestrator.domain.seal.checkpoint import Checkpoint

Misfit = Literal["older", "forked"]
"""How a checkpoint is no beginning of the log: the log is smaller than it, or another one."""


class Anchors(ABC):
    """The places outside; asked, each at most for the seconds that are given."""

    @abstractmethod
    def known(self) -> Sequence[AnchorPlace]:
        """All anchors of this home, in the order of their file; none without one. Raises PlanFault."""

    @abstractmethod
    def lay(self, anchor: AnchorPlace, origin: str, note: str, seconds: float) -> Laid | Silent:
        """Put a checkpoint (a signed note of the store `origin`) outside, durable on return. Raises nothing."""

    @abstractmethod
    def outside(self, anchor: AnchorPlace, origin: str, seconds: float) -> Sequence[str] | Silent | None:
        """The notes of this store that the place itself has, the oldest first; None where its kind keeps none.

        Raises nothing.
        """

    @abstractmethod
    def stamp_worth(self, place: str, note: str, proof: bytes, authority: str = "") -> Checked:
        """Whether `proof` is a time stamp of the note by an authority that this file, or that of the anchor there, names.

        Raises nothing: where it cannot be verified, it is not verified.
        """


class AnchorBook(ABC):
    """What was anchored, and what is owed, beside the log in the store."""

    @abstractmethod
    def note(self) -> str:
        """The newest checkpoint of the log; empty where nothing was sealed. Raises StoreFault."""

    @abstractmethod
    def state(self, deployment: str | None = None) -> AnchorState:
        """How far the log is anchored. Raises StoreFault."""

    @abstractmethod
    def anchorings(self) -> Sequence[Anchoring]:
        """All that was anchored, the smallest log first. Raises StoreFault."""

    @abstractmethod
    def write(self, laid: Sequence[Anchoring], tries: Sequence[AnchorTry]) -> None:
        """Record what was anchored, and the last try of each anchor. Raises StoreFault."""

    @abstractmethod
    def forget(self, names: Collection[str]) -> None:
        """Nothing is owed to these any more; what they have stays recorded. Raises StoreFault."""

    @abstractmethod
    def misfits(self, checkpoints: Sequence[Checkpoint]) -> Sequence[Misfit | None]:
        """For each checkpoint how it is no beginning of the log; None where it is. Raises StoreFault."""

    @abstractmethod
    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """The proof that the log of `old` heads is the beginning of the one of `size`. Raises StoreFault, ValueError."""


class NoAnchors(Anchors):
    """Nothing is outside."""

    def known(self) -> Sequence[AnchorPlace]:
        """See the port."""
        return ()

    def lay(self, anchor: AnchorPlace, origin: str, note: str, seconds: float) -> Laid | Silent:
        """See the port."""
        return Silent("lacking", f"there is no anchor {anchor.name} here")

    def outside(self, anchor: AnchorPlace, origin: str, seconds: float) -> Sequence[str] | Silent | None:
        """See the port."""
        return None

    def stamp_worth(self, place: str, note: str, proof: bytes, authority: str = "") -> Checked:
        """See the port."""
        return Checked("not verified")


class NoAnchorBook(AnchorBook):
    """Nothing is sealed here, and so nothing is owed."""

    def note(self) -> str:
        """See the port."""
        return ""

    def state(self, deployment: str | None = None) -> AnchorState:
        """See the port."""
        return AnchorState()

    def anchorings(self) -> Sequence[Anchoring]:
        """See the port."""
        return ()

    def write(self, laid: Sequence[Anchoring], tries: Sequence[AnchorTry]) -> None:
        """See the port."""

    def forget(self, names: Collection[str]) -> None:
        """See the port."""

    def misfits(self, checkpoints: Sequence[Checkpoint]) -> Sequence[Misfit | None]:
        """See the port."""
        return [None for _ in checkpoints]

    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """See the port."""
        return ()
