"""The playbook tree: digests every file that Ansible may read or run in a project, roles and collections included.

The digest of a file covers its bytes and whether it may be executed, as in git; that of a link covers its target. The
caller's rules decide what is left out (tree_rules.py). Earlier versions digested all permission bits (docs/adr/0061).
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from orchestrator.adapters.files.tree.outer_links import is_followed
from orchestrator.adapters.files.tree.tree_rules import LeftOut
from orchestrator.engine.ports import Tree
from orchestrator.errors import Conflict, Fault, PlanFault, StoreFault

MOST_FILES = 100_000
MOST_BYTES = 4 << 30
_CHUNK = 1 << 20
_NEXT = (
    "remove it from the project, name it in .orchignore (as in a .gitignore), or put the file itself there"
)


def tree_of(root: Path, left_out: LeftOut, *, every_bit: bool = False) -> Tree:
    """SHA-256 by path in the tree, equal on all machines. Raises PlanFault with everything that cannot be digested.

    A link out of the project from where Ansible searches by itself (outer_links.py) is what it leads to. Refuses other links
    that lead out of the tree (or to left-out files), broken links, devices, pipes and sockets, names that are not UTF-8,
    and unreadable files. `every_bit`: as earlier versions digested files, with all permission bits.
    """
    return _Walk(root, left_out, every_bit=every_bit).tree()


def private_copy(root: Path, copy: Path, left_out: LeftOut) -> Tree:
    """Copy the tree to a new folder that only its owner can change. The digests are of the bytes that were written.

    Raises Conflict if the folder exists, PlanFault as tree_of, StoreFault. An unfinished copy is left there.
    """
    try:
        copy.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise Conflict(f"{copy} exists; a private copy is made in a new folder.") from None
    except OSError as error:
        raise StoreFault(f"{copy} cannot be made: {error.strerror}.") from None
    return _Walk(root, left_out, copy).tree()


def copy_file(source: Path, target: Path) -> str:
    """Copy one file or link. Returns its digest in a tree. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_symlink():
        leads_to = source.readlink()
        target.symlink_to(leads_to)
        return _link_digest(str(leads_to))
    with _Open(source) as opened, target.open("xb") as into:
        digest = _sha256(opened.head, _written(opened.chunks(), into))
    target.chmod(opened.mode)
    return digest


def file_digest(path: Path, *, every_bit: bool = False) -> str:
    """The digest of one file or link in a tree. Raises OSError."""
    if path.is_symlink():
        return _link_digest(str(path.readlink()))
    with _Open(path) as opened:
        return _sha256(_head(opened.mode) if every_bit else opened.head, opened.chunks())


def _written(chunks: Iterable[bytes], into: BinaryIO) -> Iterator[bytes]:
    for chunk in chunks:
        into.write(chunk)
        yield chunk


def _link_digest(leads_to: str) -> str:
    return _sha256(b"link\n", [leads_to.encode("utf-8")])


def _head(mode: int) -> bytes:
    return f"file {mode:04o}\n".encode()


class _Open:
    """An open file: mode and bytes come from the same file, even if its name changes meanwhile."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        self.mode = stat.S_IMODE(os.fstat(self._descriptor).st_mode)
        self.head = _head(0o755 if self.mode & 0o111 else 0o644)

    def __enter__(self) -> "_Open":
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)

    def chunks(self) -> Iterator[bytes]:
        while chunk := os.read(self._descriptor, _CHUNK):
            yield chunk


class _Walk:
    """One walk through a tree that digests every file and, if `copy` is given, writes it there."""

    def __init__(
        self, root: Path, left_out: LeftOut, copy: Path | None = None, *, every_bit: bool = False
    ) -> None:
        self._every_bit = every_bit
        self._root = root
        self._left_out = left_out
        self._copy = copy
        self._links: dict[str, str] = {}
        self._ahead: list[PurePosixPath] = []
        self._size = 0
        self._faults: list[Fault] = []

    def tree(self) -> Tree:
        files: dict[str, str] = {}
        for path in self._paths():
            digest = self._digest(path)
            if digest is not None:
                files[path] = digest
        self._links_stay_inside(files)
        if self._faults:
            raise PlanFault(self._faults)
        return Tree(dict(sorted(files.items())), self._size)

    def _paths(self) -> Iterator[str]:
        """Every file and link; a folder's own come before those in its subfolders."""
        count = 0
        if not self._root.is_dir():
            self._fault("", "a folder", "none", "check the path")
        for folder, folders, files in self._folders():
            here = PurePosixPath(os.path.relpath(folder, self._root))
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]  # noqa: PTH114, PTH118
            outer = [name for name in links if is_followed(self._root, here / name)]
            links = [name for name in links if name not in outer]
            kept = sorted(n for n in folders if n not in links and not self._left_out(here / n, True))  # noqa: FBT003
            self._ahead += [here / name for name in kept if name in outer]
            folders[:] = [name for name in kept if name not in outer]
            for name in sorted((*files, *links)):
                if not self._left_out(here / name, False):  # noqa: FBT003
                    yield str(here / name)
                    count += 1
            if count > MOST_FILES or self._size > MOST_BYTES:
                most = f"at most {MOST_FILES:,} files of {MOST_BYTES >> 30} GiB in all"
                self._fault(
                    "", most, "more", "name in .orchignore what no playbook reads, or move it elsewhere"
                )
                return

    def _folders(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """As os.walk; then the folders that links out of the project lead to."""
        yield from os.walk(self._root, onerror=self._unreadable)
        while self._ahead:
            yield from os.walk(self._root / self._ahead.pop(0), onerror=self._unreadable)

    def _digest(self, path: str) -> str | None:
        full = self._root / path
        try:
            path.encode("utf-8")
            seen = full.lstat()
            if stat.S_ISLNK(seen.st_mode) and is_followed(self._root, PurePosixPath(path)):
                full = full.resolve()
                seen = full.lstat()
            if stat.S_ISLNK(seen.st_mode):
                self._links[path] = str(full.readlink())
            elif not stat.S_ISREG(seen.st_mode):
                self._fault(path, "files, folders and links", "a device, a pipe or a socket", _NEXT)
                return None
            else:
                self._size += seen.st_size
            if self._copy is None:
                return file_digest(full, every_bit=self._every_bit)
            return self._copied(full, self._copy / path)
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "backslashreplace").decode()
            self._fault(shown, "a name in UTF-8", "another", "rename it")
        except OSError as error:
            self._fault(path, "a file that can be read", str(error.strerror), "correct its permissions")
        return None

    def _copied(self, full: Path, target: Path) -> str:
        try:
            return copy_file(full, target)
        except OSError as error:
            if error.filename == str(full):
                raise
            raise StoreFault(f"{full} cannot be copied to {target}: {error.strerror}.") from None

    def _links_stay_inside(self, digests: dict[str, str]) -> None:
        """A link's target must be digested too, or it could change unnoticed."""
        root = self._root.resolve()
        folders = {str(parent) for path in digests for parent in PurePosixPath(path).parents}
        for path, leads_to in self._links.items():
            try:
                real = (self._root / path).resolve(strict=True)
                inside = str(real.relative_to(root)) if real.is_relative_to(root) else None
            except (OSError, RuntimeError):
                self._fault(path, "a link to a file of the tree", f"a broken one to {leads_to}", _NEXT)
                continue
            if PurePosixPath(leads_to).is_absolute() or (inside not in digests and inside not in folders):
                self._fault(path, "a link to a file of the tree", f"one to {leads_to}", _NEXT)

    def _unreadable(self, error: OSError) -> None:
        self._fault(str(error.filename), "a folder that can be read", str(error.strerror), "correct it")

    def _fault(self, path: str, expected: str, finding: str, next_move: str) -> None:
        self._faults.append(Fault(str(self._root / path), None, "", expected, finding, next_move))


def _sha256(head: bytes, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256(head)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
