"""Files that the proxy fetched and keeps, for all labs of the machine, up to a bound."""

import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

BOUND = 2 << 30
_UNFINISHED = ".part"
_FILLED_TO = 0.8


class Cache:
    """A folder of files by the digest of their address. Several proxies may use one folder."""

    def __init__(self, folder: Path, *, bound: int = BOUND) -> None:
        self._folder, self.bound = folder, bound
        self._one_at_a_time: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def kept(self, address: str, fetch: Callable[[BinaryIO], None]) -> BinaryIO:
        """The file, fetched if it is not here yet, once whoever asks at the same time; what `fetch` raises keeps nothing."""
        path = self._folder / hashlib.sha256(address.encode()).hexdigest()
        with self._one_at_a_time[path.name]:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                return self._fetched(path, fetch)
            os.utime(path)
            return file

    def _fetched(self, path: Path, fetch: Callable[[BinaryIO], None]) -> BinaryIO:
        part = path.with_name(f"{path.name}-{os.getpid()}-{threading.get_ident()}{_UNFINISHED}")
        try:
            with part.open("wb") as file:
                fetch(file)
            fetched = part.open("rb")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self.prune()
        return fetched

    def prune(self) -> None:
        """Remove what a killed proxy left half fetched, and the files longest unused once there is more than the bound."""
        files = sorted((stat.st_mtime, stat.st_size, path) for path, stat in self._files())
        held = sum(size for _, size, _ in files)
        too_much = held > self.bound
        for _, size, path in files:
            surplus = too_much and held > self.bound * _FILLED_TO
            if _is_abandoned(path) if path.suffix == _UNFINISHED else surplus:
                path.unlink(missing_ok=True)
                held -= size

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        files = []
        for path in self._folder.iterdir():
            try:
                files.append((path, path.stat()))
            except FileNotFoundError:  # another proxy removed it
                continue
        return files


def _is_abandoned(part: Path) -> bool:
    """Whether the process that fetches it, named in the file's own name, is gone."""
    return not Path("/proc", part.name.split("-")[1]).exists()
