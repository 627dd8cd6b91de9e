"""A sealed home with anchors outside: a file, a git repository and a time-stamp authority."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.seal.anchors import AnchorLook, AnchorTry
from orchestrator.engine.anchoring import settle
from orchestrator.engine.lookup.anchor_check import anchor_looks
from tests.seals.sealed_home import SealedHome, sealed_home
from tests.seals.wired import ports_of
from tests.worlds.stamp_authority import StampAuthority, stamp_authority


@dataclass(frozen=True)
class AnchoredHome:
    """The home, and the places outside."""

    home: SealedHome
    folder: Path
    authority: StampAuthority

    def settle(self, patience: float = 30.0) -> Sequence[AnchorTry]:
        """Show the log to all anchors."""
        return settle(ports_of(self.home.place), patience=patience)

    def looks(self) -> dict[str, AnchorLook]:
        """What is found of each anchor."""
        return {look.anchor.name: look for look in anchor_looks(ports_of(self.home.place))}

    def codes(self) -> dict[str, list[str]]:
        """The findings of each anchor."""
        return {name: [each.code for each in look.findings] for name, look in self.looks().items()}

    def copied(self) -> Path:
        """A whole copy of the home, as a backup is."""
        return Path(shutil.copytree(self.home.place, self.folder / "backup"))

    def restored(self, backup: Path) -> None:
        """The home is the backup again."""
        shutil.rmtree(self.home.place)
        shutil.copytree(backup, self.home.place)


def anchors_text(folder: Path, authority: StampAuthority) -> str:
    """The file of anchors: a kind each."""
    return f"""orch: 1
anchors:
  - anchor: stamps
    rfc3161: {{url: "{authority.url}", ca_file: "{authority.ca_file}"}}
  - anchor: ledger
    git: {{repository: "{folder}/anchors.git"}}
  - anchor: second
    file: {{path: "{folder}/second/checkpoints"}}
"""


@contextmanager
def anchored_home(folder: Path) -> Iterator[AnchoredHome]:
    """A home of three deployments; nothing is anchored yet."""
    home = sealed_home(folder / "home")
    (folder / "second").mkdir()
    subprocess.run(["git", "init", "-q", "--bare", str(folder / "anchors.git")], check=True, timeout=60)
    with stamp_authority(folder / "tsa") as authority:
        (home.place / "anchors.yml").write_text(anchors_text(folder, authority))
        yield AnchoredHome(home, folder, authority)
