"""What a node asks of the server: the work of its zone, and somewhere to answer. It can ask for nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod

from orchestrator.engine.node_ports import Call, Succession


class Courier(ABC):
    """The server as one node sees it. Raises Refused where the node's keys do not count, StoreFault where it is not reached."""

    @abstractmethod
    def take(self, seconds: float, *, new: bool) -> Call | None:
        """A call for this node, waited for up to so long. `new`: also such as any node of its zone may take."""

    @abstractmethod
    def owed(self) -> list[Call]:
        """Calls that this node took, and has not answered or reported to their end."""

    @abstractmethod
    def answer(self, call: str, frame: bytes) -> None:
        """Answer a call that this node took."""

    @abstractmethod
    def report(self, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        """Report of an attempt that this node took."""

    @abstractmethod
    def successions(self) -> list[Succession]:
        """Which keys of the server followed which."""

    @abstractmethod
    def part(self, digest: str, number: int) -> bytes | None:
        """A part of the content that a call of this node needs; None beyond its end."""
