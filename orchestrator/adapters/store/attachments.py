"""Attached files by the digest of their content, beside the journal."""

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from orchestrator.adapters.store.contents import SharedContents, pack
from orchestrator.adapters.store.disk import Relief, no_relief, write_with_relief
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.private import private_directory
from orchestrator.domain.evidence.attachment import LARGEST, Attachment, FileName
from orchestrator.domain.text.format import size_words
from orchestrator.domain.text.model_base import Sha256
from orchestrator.engine.attachment_ports import Attachments
from orchestrator.errors import NotFound, StoreFault, UsageFault

_DIGEST: TypeAdapter[str] = TypeAdapter(Sha256)
_NAME: TypeAdapter[str] = TypeAdapter(FileName)


class DirectoryAttachments(Attachments):
    """`ab/cdef...` under the root, mode 0600, written atomically and verified when read; made when the first is kept."""

    def __init__(
        self, root: Path, *, relief: Relief = no_relief, shared: SharedContents | None = None
    ) -> None:
        """`shared`: where other machines find them; the files here are a cache then."""
        self._root = root
        self._relief = relief
        self._shared = shared

    def keep(self, file: Path) -> Attachment:
        """Reads a regular file up to the limit, and no more of it."""
        content = _content(file)
        try:
            name = _NAME.validate_python(file.name)
        except ValidationError:
            raise UsageFault(
                f"The name of {file!s} has characters that no record shows; rename it."
            ) from None
        digest = sha256(content).hexdigest()
        if self._shared is not None:
            self._shared.put_all({digest: pack(content)})
        with translated(f"{file} cannot be kept in {self._root}"):
            self._write(digest, content)
        return Attachment(name=name, sha256=digest, size=len(content))

    def read(self, digest: str) -> bytes:
        """Raises NotFound also for a text that is no digest."""
        try:
            path = self._path(_DIGEST.validate_python(digest))
        except ValidationError:
            raise self._not_found(digest) from None
        content = None
        if path.is_file():
            with translated(f"The attached file {digest} cannot be read"), path.open("rb") as opened:
                content = opened.read(LARGEST + 1)
        if content is not None and sha256(content).hexdigest() == digest:
            return content
        fetched = None if self._shared is None else self._shared.get(digest)
        if fetched is not None:
            with suppress(OSError):
                self._write(digest, fetched)
            return fetched
        if content is None:
            raise self._not_found(digest)
        raise StoreFault(f"The attached file {digest} was changed in {self._root}; restore it from a copy.")

    def _write(self, digest: str, content: bytes) -> None:
        private_directory(self._root)
        write_with_relief({self._path(digest): content}, self._relief)

    def _not_found(self, digest: str) -> NotFound:
        return NotFound(f"There is no attached file {digest[:80]} in {self._root}.")

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]


def _content(file: Path) -> bytes:
    """The bytes of a file; a pipe or a device would be waited for, or never end."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageFault(f"{file} cannot be attached: {error.strerror}.") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UsageFault(f"{file} cannot be attached: it is no regular file.")
        with os.fdopen(handle, "rb", closefd=False) as opened:
            content = opened.read(LARGEST + 1)
    finally:
        os.close(handle)
    if len(content) > LARGEST:
        limit = size_words(LARGEST)
        raise UsageFault(
            f"{file} cannot be attached: it has more than {limit}. Attach an excerpt, or name its place."
        )
    return content
