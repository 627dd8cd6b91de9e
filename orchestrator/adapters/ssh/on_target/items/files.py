"""Files as configuration items: everything about them that does not change by itself, so never the time of change."""

from __future__ import annotations

import binascii
import errno
import os
import stat
import time

from orchestrator.adapters.ssh.on_target.items import digest, file_check, flags, patterns
from orchestrator.domain.text.format import mode_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from orchestrator.adapters.ssh.on_target.items.running import Changes

ENTRY_LIMIT = 200_000
CONTENT_BUDGET = 24 << 20
_OF_THE_FILE_SYSTEM = (
    "trusted.overlay.",
    "trusted.glusterfs.",
    "btrfs.",
    "ceph.",
    "system.nfs4",
    "system.sockprotoname",
)
OWN = "/var/lib/orch"
"""What runs leave on a host for orch itself; a part of a baseline only where its scope names it."""


class Files:
    """Collects the files of a scope; what cannot be read becomes a fault."""

    own = OWN
    entry_limit = ENTRY_LIMIT

    def __init__(
        self,
        scope: dict[str, Any],
        add: Callable[[str, str, dict[str, Any]], None],
        fault: Callable[[str], None],
        deadline: float,
        names: file_check.Names | None = None,
    ) -> None:
        named = any((path + "/").startswith(f"{self.own}/") for path in scope["files"])
        left_out = [*scope["exclude"], *([] if named else [self.own])]
        self.exclude = [patterns.names_of(pattern) for pattern in left_out]
        self.show = [patterns.names_of(pattern) for pattern in scope.get("show", ())]
        self.content_limit = scope["content_limit"]
        self.content_left = CONTENT_BUDGET
        self.add = add
        self.fault = fault
        self.deadline = deadline
        self.names = names or file_check.Names()
        self.seen: set[str] = set()
        self.changes: Changes | None = None
        self.several: dict[tuple[int, int], list[tuple[str, dict[str, Any]]]] = {}

    def collect(self, path: str) -> None:
        """A path or pattern of the scope, with everything below it."""
        if patterns.is_pattern(path):
            for each in patterns.expand(path, self._unreadable):
                self._tree(each)
            return
        path = os.path.normpath(path)
        if os.path.lexists(path):
            self._tree(path)
        elif self._reachable(path):
            self.add("file", path, {"exists": False})

    def _reachable(self, path: str) -> bool:
        """Whether a path that is not there is really absent, not only hidden from this user."""
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError as error:
            self._unreadable(path, error)
        return False

    def _unreadable(self, path: str, error: OSError) -> None:
        self.fault(f"{path}: {error.strerror or error}")

    def _tree(self, top: str) -> None:
        todo = [top]
        while todo:
            path = todo.pop()
            if path in self.seen or self._is_excluded(path):
                continue
            many = len(self.seen) >= self.entry_limit
            if many or time.monotonic() > self.deadline:
                limit = f"more than {self.entry_limit} paths" if many else "no time left"
                self.fault(f"{path}: {limit}; narrow the scope's files")
                return
            self.seen.add(path)
            try:
                todo += self._item(path)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ENOTDIR):
                    self.vanished(path)
                else:
                    self._unreadable(path, error)

    def vanished(self, path: str) -> None:
        """A path that was there is gone before it was read: the state that is captured never was."""
        self.fault(f"{path}: vanished while it was read")

    def finish(self) -> None:
        """After the last path: name the captured paths that are one file, which several names lead to."""
        for paths in self.several.values():
            first = min(path for path, _ in paths)
            for path, attributes in paths:
                if len(paths) > 1 and path != first:
                    attributes["same_file_as"] = first

    def _is_excluded(self, path: str) -> bool:
        names = patterns.names_of(path)
        return any(patterns.excluded(names, pattern) for pattern in self.exclude)

    def _item(self, path: str) -> list[str]:
        """Add one path; the paths below it are returned."""
        status = os.lstat(path)
        attributes: dict[str, Any] = {
            "type": file_check.type_of(status),
            "mode": mode_words(stat.S_IMODE(status.st_mode)),
            "owner": self.names.owner_of(status),
            "group": self.names.group_of(status),
        }
        attributes.update(_extended(path))
        below: list[str] = []
        if stat.S_ISREG(status.st_mode):
            attributes.update(self.content_of(path))
            if status.st_nlink > 1:
                attributes["hard_links"] = status.st_nlink
                self.several.setdefault((status.st_dev, status.st_ino), []).append((path, attributes))
        elif stat.S_ISLNK(status.st_mode):
            del attributes["mode"]
            attributes["target"] = os.readlink(path)
        elif stat.S_ISDIR(status.st_mode):
            below = [os.path.join(path, name) for name in os.listdir(path)]
            attributes.update(flags.of_folder(path))
        elif stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
            attributes["device"] = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        if self.changes is not None:
            self._note_change(self.changes, path, status)
        self.add("file", path, attributes)
        return below

    def _note_change(self, changes: Changes, path: str, status: os.stat_result) -> None:
        """When a path last changed, where a unit may have read it before; of a folder, when a name in it came or went."""
        if stat.S_ISDIR(status.st_mode):
            if status.st_mtime > changes.since and not self._names_pass_in(path):
                changes.note(path, status.st_mtime, is_folder=True)
            return
        is_content = stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)
        if is_content and status.st_ctime > changes.since and not path.endswith(".pyc"):
            changes.note(path, status.st_ctime)

    def _names_pass_in(self, path: str) -> bool:
        """Whether names come and go in a folder by themselves: some are left out, or what starts leaves sockets and modules."""
        names = patterns.names_of(path)
        if names[-1:] == ["__pycache__"]:
            return True
        if any(
            "**" in pattern or patterns.matches(names, pattern[:-1]) for pattern in self.exclude if pattern
        ):
            return True
        below = os.listdir(path)
        modes = [os.lstat(os.path.join(path, name)).st_mode for name in below]
        return "__pycache__" in below or any(stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode) for mode in modes)

    def content_of(self, path: str) -> dict[str, Any]:
        """Size and digest of the bytes that were read, and the bytes where they are few enough to be kept."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb", buffering=0) as source:
            status = os.fstat(descriptor)
            limit = self.content_limit if self._is_open(path, status) else 0
            found_digest, size, kept = digest.sha256(status.st_size), 0, b""
            while True:
                piece = source.read(1 << 20)
                if not piece:
                    break
                found_digest.update(piece)
                size += len(piece)
                kept = kept + piece if size <= limit else b""
                if time.monotonic() > self.deadline:
                    raise OSError(errno.ETIMEDOUT, "no time left to read it whole")
            attributes: dict[str, Any] = flags.of(descriptor)
        attributes.update(size=size, sha256=found_digest.hexdigest())
        if limit > 0 and size <= min(limit, self.content_left):
            self.content_left -= size
            attributes["content"] = binascii.b2a_base64(kept, newline=False).decode("ascii")
        return attributes

    def _is_open(self, path: str, status: os.stat_result) -> bool:
        """Whether a record may hold the text of a file: everybody here may read it, or the scope names it to be shown."""
        if status.st_mode & stat.S_IROTH:
            return True
        names = patterns.names_of(path)
        return any(patterns.excluded(names, pattern) for pattern in self.show)


def _extended(path: str) -> dict[str, Any]:
    """Capabilities, access lists, security labels and whatever else was attached, where the file has any."""
    try:
        names = [
            name
            for name in os.listxattr(path, follow_symlinks=False)
            if not name.startswith(_OF_THE_FILE_SYSTEM)
        ]
        attributes = {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in names}
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENODATA, errno.EPERM):
            return {}
        raise
    return {"xattr " + name: value for name, value in attributes.items()}
