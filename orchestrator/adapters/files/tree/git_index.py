"""Which files of a checkout git tracks, read from its index without git: git would run programs that the checkout names.

The form of the index: gitformat-index(5). Versions 2, 3 and 4 are read, with SHA-1 and SHA-256.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_HEAD = struct.Struct(">4sII")
_SHA1, _SHA256 = 20, 32
"""Bytes of a digest."""
_OF_SHA256 = re.compile(r"^\s*objectformat\s*=\s*sha256\s*$", re.IGNORECASE | re.MULTILINE)
_OF_STAT = 40
_MORE = 0x4000
_SPLIT = b"link"
"""The extension that says that most entries are in another file."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout: its top folder, its index, its own list of what to ignore, and the bytes of its digests."""

    top: Path
    index: Path
    exclude: Path
    digest: int


def repository_at(folder: Path) -> Repository | None:
    """The checkout whose top this folder is; None where it is none. In a worktree or a submodule, `.git` is a file."""
    git = folder / ".git"
    try:
        if git.is_file():
            word, _, place = git.read_text("utf-8").strip().partition("gitdir: ")
            if word or not place:
                return None
            git = folder / place
        if not (git / "HEAD").exists():
            return None
        shared = git / "commondir"
        common = git / shared.read_text("utf-8").strip() if shared.is_file() else git
        configuration = common / "config"
        settings = configuration.read_text("utf-8", "replace") if configuration.is_file() else ""
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    digest = _SHA256 if _OF_SHA256.search(settings) else _SHA1
    return Repository(folder, git / "index", common / "info" / "exclude", digest)


def tracked(repository: Repository) -> frozenset[str] | None:
    """Every tracked file by its path in the checkout, and each folder above one; None where that cannot be told.

    A checkout without an index tracks nothing yet.
    """
    try:
        files = list(_paths(repository.index.read_bytes(), repository.digest))
    except FileNotFoundError:
        return frozenset()
    except (OSError, struct.error, ValueError, IndexError):
        return None
    return frozenset({*files, *(str(folder) for file in files for folder in PurePosixPath(file).parents)})


def _paths(content: bytes, size: int) -> Iterator[str]:
    """Raises ValueError and the like where the content is no index of digests of this size."""
    signature, version, count = _HEAD.unpack_from(content)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError(version)
    at, name = _HEAD.size, b""
    for _ in range(count):
        flags_at = at + _OF_STAT + size
        (flags,) = struct.unpack_from(">H", content, flags_at)
        begins = flags_at + (4 if flags & _MORE else 2)
        if version == 4:
            cut, begins = _offset(content, begins)
            ends = content.index(b"\0", begins)
            name = name[: len(name) - cut] + content[begins:ends]
            after = ends + 1
        else:
            ends = content.index(b"\0", begins)
            name = content[begins:ends]
            after = at + (ends - at + 8) // 8 * 8
        if not name or content[ends:after].strip(b"\0"):
            raise ValueError(at)
        at = after
        yield name.decode("utf-8", "surrogateescape").rstrip("/")
    if at + size > len(content) or content[at : at + 4] == _SPLIT:
        raise ValueError(at)


def _offset(content: bytes, at: int) -> tuple[int, int]:
    """A number in git's variable width, and where it ends."""
    byte = content[at]
    value = byte & 127
    while byte & 128:
        at += 1
        byte = content[at]
        value = ((value + 1) << 7) | (byte & 127)
    return value, at + 1
