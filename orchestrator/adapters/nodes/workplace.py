"""A node's folders: archives by digest, and a place of its own for each question, with the files that came with it."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.adapters.folder_archive import extract
from orchestrator.adapters.nodes.frames import CarriedFile, CarriedTree
from orchestrator.adapters.nodes.old_folders import used_now
from orchestrator.adapters.nodes.relocation import Relocation
from orchestrator.errors import Refused, StoreFault

MOST_OF_TREE = 4 << 30
"""Bytes of a project that a node fetches."""
Part = Callable[[str, int], bytes | None]


class Workplace:
    """Below `home`: `contents/` for archives, `work/` for what is at work."""

    def __init__(self, home: Path, part: Part) -> None:
        self._home, self._part = home, part

    def prepared(
        self, name: str, files: Iterable[CarriedFile], tree: CarriedTree | None
    ) -> tuple[Path, Relocation]:
        """A fresh place with the tree and the files, and where the driver's paths lead there. Raises StoreFault, Refused."""
        place = self._home / "work" / name
        places: dict[str, str] = {}
        try:
            self.discard(name)
            place.mkdir(mode=0o700, parents=True)
            if tree is not None:
                self._unpack(tree, place / "project")
                places[tree.place] = str(place / "project")
            for number, file in enumerate(files):
                target = place / "files" / str(number) / Path(file.path).name
                target.parent.mkdir(mode=0o700, parents=True)
                mode = 0o700 if file.executable else 0o600
                descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(base64.b64decode(file.content, validate=True))
                places[file.path] = str(target)
        except OSError as error:
            self.discard(name)
            raise StoreFault(f"{place} cannot be written: {error.strerror or error}.") from None
        except ValueError:
            self.discard(name)
            raise Refused("A file that came with a question is not in base64.") from None
        return place, Relocation(_with_siblings(places))

    def discard(self, name: str) -> None:
        """Remove the place of a question, if there is one."""
        shutil.rmtree(self._home / "work" / name, ignore_errors=True)

    def _unpack(self, tree: CarriedTree, target: Path) -> None:
        archive = self._archive(tree)
        target.mkdir(mode=0o700)
        try:
            with tarfile.open(archive, mode="r:") as opened:
                extract(opened, target)
        except tarfile.TarError as error:
            raise Refused(f"The project that came with a question cannot be unpacked: {error}.") from None

    def _archive(self, tree: CarriedTree) -> Path:
        """Fetched once, and digested each time: what is run is what the server named."""
        file = self._home / "contents" / f"{tree.digest}.tar"
        if file.exists() and _digest(file) == tree.digest:
            used_now(file)
            return file
        if tree.size > MOST_OF_TREE:
            raise Refused(f"The project has {tree.size} bytes; at most {MOST_OF_TREE} are fetched.")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_name(f".{tree.digest}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as stream:
                self._fetch(tree, stream.write)
            if _digest(beside) != tree.digest:
                raise Refused(
                    "The project that came with a question has another digest than the server signed."
                )
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
        return file

    def _fetch(self, tree: CarriedTree, write: Callable[[bytes], object]) -> None:
        fetched = number = 0
        while fetched < tree.size:
            part = self._part(tree.digest, number)
            if not part:
                raise StoreFault(
                    "The server does not have the project of a question any more; resume the deployment."
                )
            fetched, number = fetched + len(part), number + 1
            if fetched > tree.size:
                raise Refused("The project that came with a question is larger than the server signed.")
            write(part)


def _with_siblings(places: dict[str, str]) -> dict[str, str]:
    """Files whose names differ by an ending that ssh adds (`-cert.pub`, `.pub`) lie beside each other."""
    for path, place in list(places.items()):
        for ending in ("-cert.pub", ".pub"):
            beside = places.get(f"{path}{ending}")
            if beside is not None:
                target = f"{place}{ending}"
                Path(beside).rename(target)
                places[f"{path}{ending}"] = target
    return places


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
