"""A media library that is a folder of this machine, such as a mount."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.media.source import CHUNK, AbsentError, CutError, Part, Source


class FolderSource(Source):
    """Files below a folder; a link that leads out of it has no file behind it."""

    def __init__(self, folder: Path) -> None:
        self._folder = expanded(folder)

    def where(self, path: str) -> str:
        return str(self._folder / path)

    def read(self, path: str, start: int, validator: str) -> Part:
        try:
            file = (self._folder / path).resolve()
            if not file.is_relative_to(self._folder.resolve()) or not file.is_file():
                raise AbsentError("no such file in the library")
            stream = file.open("rb")
        except (OSError, RuntimeError, ValueError) as error:
            raise AbsentError(getattr(error, "strerror", None) or str(error)) from None
        status = Path(f"/proc/self/fd/{stream.fileno()}").stat()
        now = f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"
        begin = start if validator == now and start <= status.st_size else 0
        return Part(begin, status.st_size, now, _chunks(stream, begin))


def _chunks(stream: BinaryIO, start: int) -> Iterator[bytes]:
    try:
        with stream:
            stream.seek(start)
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        raise CutError(error.strerror or str(error)) from None
