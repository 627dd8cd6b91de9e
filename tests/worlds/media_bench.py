"""A cache of media over one library, on any disk."""

import hashlib
import time
from pathlib import Path

from orchestrator.adapters.media.cache import MediaCache
from orchestrator.adapters.media.libraries import CachedLibraries
from orchestrator.domain.rules.library import Library, LibraryKnown
from orchestrator.engine.project_ports import MediaItem, Obtained

CONTENT = bytes(range(256)) * 2000
SHA = hashlib.sha256(CONTENT).hexdigest()
PATH = "shop/2.4/shop.bin"


class Bench:
    """A cache over one library; `lines`: what was said meanwhile."""

    def __init__(self, home: Path, library: Library, reserve: int = 0) -> None:
        self.home, self.lines = home, list[str]()
        self.cache = MediaCache(home / "media", reserve)
        self.media = CachedLibraries(
            self.cache, lambda project: (LibraryKnown(library, "libraries/l.yml"),), time.monotonic
        )

    def obtain(self, sha256: str = SHA, path: str = PATH) -> Obtained:
        return self.media.obtain(self.home, MediaItem("central", path, sha256), self.lines.append)

    def partial(self) -> int:
        file = self.home / "media" / "partial" / SHA
        return file.stat().st_size if file.exists() else 0


def library(**fields: object) -> Library:
    return Library.model_validate({"orch": 1, "library": "central", "title": "masters", **fields})
