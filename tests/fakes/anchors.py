"""Anchors that a test owns: what each of them has, and how it answers."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from threading import Event

from orchestrator.domain.seal.anchors import AnchorPlace, Checked, Laid, Silent
from orchestrator.engine.anchor_ports import Anchors
from tests.fakes.clock import START


class FakeAnchors(Anchors):
    """Keeps notes in memory; `silences` answer instead, and who is in `hanging` waits for `over`."""

    def __init__(self, *known: AnchorPlace, now: datetime = START) -> None:
        self.anchors = list(known)
        self.notes: dict[AnchorPlace, list[tuple[str, str]]] = {each: [] for each in known}
        self.silences: dict[str, Silent] = {}
        self.hanging: set[str] = set()
        self.over = Event()
        self._now = now

    def known(self) -> Sequence[AnchorPlace]:
        return self.anchors

    def lay(self, anchor: AnchorPlace, origin: str, note: str, seconds: float) -> Laid | Silent:
        if anchor not in self.notes:
            return Silent("lacking", f"there is no anchor {anchor.name} here")
        if anchor.name in self.hanging:
            self.over.wait(60)
            return Silent("late")
        if anchor.name in self.silences:
            return self.silences[anchor.name]
        self.notes[anchor].append((origin, note))
        return Laid(self._now, _stamp(note) if anchor.kind == "rfc3161" else b"")

    def outside(self, anchor: AnchorPlace, origin: str, seconds: float) -> Sequence[str] | Silent | None:
        if anchor.kind == "rfc3161" or anchor not in self.notes:
            return None
        return [note for of, note in self.notes[anchor] if of == origin]

    def stamp_worth(self, place: str, note: str, proof: bytes, authority: str = "") -> Checked:
        if not authority and not any((each.kind, each.place) == ("rfc3161", place) for each in self.anchors):
            return Checked("not verified")
        good = proof == _stamp(note)
        return Checked("good", self._now) if good else Checked("bad", detail="it is of something else")


def _stamp(note: str) -> bytes:
    return sha256(note.encode()).digest()
