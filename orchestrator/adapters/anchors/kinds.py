"""The port `Anchors` over the file of a home: each kind by its module."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.anchors import file_anchor
from orchestrator.adapters.anchors.git_anchor import GitBranch
from orchestrator.adapters.anchors.ran import SHOWN, Run
from orchestrator.adapters.anchors.stamps import Authority
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.rules.anchors_file import Anchor, AnchorRepository
from orchestrator.domain.seal.anchors import AnchorPlace, Checked, Laid, Silent
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.anchor_ports import Anchors
from orchestrator.errors import OrchError

_FAULTS = (OSError, ValueError, RuntimeError)
"""What files, folders and `~` raise."""


class KnownAnchors(Anchors):
    """`read` reads the file each time, so that a driver of days knows what was changed."""

    def __init__(self, read: Callable[[], Sequence[Anchor]], run: Run, now: Callable[[], datetime]) -> None:
        self._read, self._run, self._now = read, run, now

    def known(self) -> Sequence[AnchorPlace]:
        """See the port."""
        return [anchor.known_as for anchor in self._read()]

    def lay(self, anchor: AnchorPlace, origin: str, note: str, seconds: float) -> Laid | Silent:
        """See the port."""
        known = self._of(anchor)
        if known is None:
            return Silent("lacking", f"there is no anchor {anchor.name} here")
        try:
            return self._laid(known, origin, note, seconds)
        except _FAULTS as error:
            return Silent("down", plain(str(error), SHOWN))

    def _laid(self, known: Anchor, origin: str, note: str, seconds: float) -> Laid | Silent:
        if known.rfc3161 is not None:
            return self._authority(known).stamped(note, seconds)
        if known.git is not None:
            return self._branch(known.git, seconds).lay(origin, note, self._now())
        return file_anchor.lay(_path(known.known_as.place), origin, note, self._now())

    def outside(self, anchor: AnchorPlace, origin: str, seconds: float) -> Sequence[str] | Silent | None:
        """See the port."""
        known = self._of(anchor)
        if known is None or known.rfc3161 is not None:
            return None
        try:
            if known.git is not None:
                return self._branch(known.git, seconds).outside(origin)
            return file_anchor.outside(_path(anchor.place), origin)
        except _FAULTS as error:
            return Silent("unreadable", plain(str(error), SHOWN))

    def stamp_worth(self, place: str, note: str, proof: bytes, authority: str = "") -> Checked:
        """See the port."""
        try:
            known = next(
                (each for each in self._read() if each.rfc3161 is not None and each.known_as.place == place),
                None,
            )
        except OrchError:
            known = None
        if not authority and known is None:
            return Checked("not verified", detail="no anchor here has this authority")
        named = (
            Authority(place, authority, "", self._run)
            if authority or known is None
            else self._authority(known)
        )
        try:
            return named.worth(note, proof)
        except _FAULTS as error:
            return Checked("not verified", detail=plain(str(error), SHOWN))

    def _of(self, anchor: AnchorPlace) -> Anchor | None:
        try:
            return next((each for each in self._read() if each.known_as == anchor), None)
        except OrchError:
            return None

    def _authority(self, anchor: Anchor) -> Authority:
        stamps = anchor.rfc3161
        if stamps is None:
            raise ValueError(f"{anchor.anchor} is no time-stamp authority")
        certificate = str(_path(stamps.certificate)) if stamps.certificate else ""
        return Authority(stamps.url, str(_path(stamps.ca_file)), certificate, self._run)

    def _branch(self, git: AnchorRepository, seconds: float) -> GitBranch:
        return GitBranch(_path(git.repository), git.branch, self._run, seconds)


def _path(text: str) -> Path:
    return expanded(text)
