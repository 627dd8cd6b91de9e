"""Implements the port `MediaSources`: folders and HTTP(S), behind one cache below the home."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.adapters.media.cache import MediaCache, digest_of, put
from orchestrator.adapters.media.copying import Copying, Say
from orchestrator.adapters.media.folder_source import FolderSource
from orchestrator.adapters.media.http_source import HttpSource
from orchestrator.adapters.media.source import Source
from orchestrator.domain.rules.library import Library, LibraryKnown
from orchestrator.domain.text.names import same_name
from orchestrator.domain.text.validation_error import meant
from orchestrator.engine.project_ports import MediaItem, MediaSources, Obtained
from orchestrator.errors import NotObtained

Known = Callable[[Path], tuple[LibraryKnown, ...]]


class CachedLibraries(MediaSources):
    """Libraries as `known` reads them from files; copies are in `cache`."""

    def __init__(self, cache: MediaCache, known: Known, monotonic: Callable[[], float]) -> None:
        self._cache, self._known, self._monotonic = cache, known, monotonic

    def libraries(self, project: Path) -> tuple[LibraryKnown, ...]:
        return self._known(project)

    def held(self, sha256: str) -> Path | None:
        return self._cache.held(sha256)

    def link(self, obtained: Obtained, target: Path) -> None:
        put(obtained.file, target)

    def obtain(self, project: Path, item: MediaItem, say: Say) -> Obtained:
        if item.library is None:
            return _of_project(project, item)
        source = self._source(project, item.library)
        where = source.where(item.path)
        with self._cache.locked(item.sha256, lambda: say(f"{where}: another orch copies it; waiting")):
            file = self._cache.held(item.sha256)
            if file is None:
                file = Copying(self._cache, source, item.path, item.sha256, say).file()
        return Obtained(file, where)

    def where(self, project: Path, item: MediaItem) -> str:
        return item.path if item.library is None else self._source(project, item.library).where(item.path)

    def _source(self, project: Path, name: str) -> Source:
        known = self._known(project)
        library = next((each.noun for each in known if same_name(each.noun.library, name)), None)
        if library is None:
            raise _no_library(name, [each.noun.library for each in known])
        return source_of(library, self._monotonic)


def source_of(library: Library, monotonic: Callable[[], float]) -> Source:
    """What gives the files of a library."""
    if library.folder is not None:
        return FolderSource(Path(library.folder))
    return HttpSource(library, monotonic)


def _no_library(name: str, known: list[str]) -> NotObtained:
    guess = meant(name, known)
    there = f"there are {', '.join(known)}" if known else "libraries/ of project and home define none"
    move = f"did you mean {guess}?" if guess else f"{there} (orch library list)"
    return NotObtained(f"There is no media library {name}", move)


def _of_project(project: Path, item: MediaItem) -> Obtained:
    try:
        file = (project / item.path).resolve()
        if file.is_relative_to(project.resolve()):
            with file.open("rb") as stream:
                digest = digest_of(stream)
            if digest == item.sha256:
                return Obtained(file, item.path)
            finding = f"{item.path} has digest {digest}, and {item.sha256} was asked for"
            raise NotObtained(finding, "find out which of the two was approved before you change either")
    except (OSError, ValueError, RuntimeError):
        pass
    raise NotObtained(f"There is no file {item.path} in {project}", "put it there, or correct its path")
