"""The playbook tree: every file that Ansible may read or run in a project, roles and collections in it, digested.

The digest of a file covers its permission bits and its bytes, that of a link where it leads. Left out are what version
control and caches keep, and what the caller names because it is an ingredient of its own (release units, plans).
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from orchestrator.errors import Conflict, Fault, PlanFault, StoreFault

LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".orch",
        ".venv",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
    }
)
"""Names of folders that hold nothing a playbook is made of; a private copy does not have them either."""

MOST_FILES = 100_000
_CHUNK = 1 << 20
_NEXT = "remove it from the project, or put the file itself there"


def tree_digests(root: Path, leave_out: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 by path in the tree, the same on every machine. Raises PlanFault with everything that cannot be digested.

    Refused are links that lead out of the tree (or to what is left out), broken links, devices, pipes and sockets, names
    that are no UTF-8, and what cannot be read. `leave_out` are paths in the tree.
    """
    tree = _Tree(root, frozenset(str(PurePosixPath(path)) for path in leave_out))
    digests: dict[str, str] = {}
    for path in tree.paths():
        digest = tree.digest(path)
        if digest is not None:
            digests[path] = digest
    tree.links_stay_inside(digests)
    if tree.faults:
        raise PlanFault(tree.faults)
    return dict(sorted(digests.items()))


def private_copy(root: Path, copy: Path, digests: dict[str, str]) -> None:
    """Copy exactly these files to a new folder that only its owner can change, and prove that they are what they were.

    Raises Conflict where there is something, PlanFault where a file is no longer what its digest says, StoreFault.
    """
    try:
        copy.mkdir(mode=0o700, parents=True)
        for path in digests:
            _copy_one(root / path, copy / path)
    except FileExistsError:
        raise Conflict(f"{copy} exists; a private copy is made in a new folder.") from None
    except OSError as error:
        raise StoreFault(f"{error.filename} cannot be copied: {error.strerror}.") from None
    refuse_changed(copy, digests)


def refuse_changed(root: Path, digests: dict[str, str], leave_out: Iterable[str] = ()) -> None:
    """Raises PlanFault, naming every file that changed, came or went since these digests were taken."""
    now = tree_digests(root, leave_out)
    changed = sorted(path for path in digests.keys() | now.keys() if digests.get(path) != now.get(path))
    if changed:
        raise PlanFault(
            Fault(
                str(root / path),
                None,
                "",
                "the file that was digested" if path in digests else "no file",
                "another one" if path in now else "none",
                "find out who changed it; what was approved is what runs",
            )
            for path in changed
        )


def _copy_one(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    with _opened(source) as descriptor, target.open("xb") as into:
        for chunk in descriptor.chunks():
            into.write(chunk)
        mode = descriptor.mode
    target.chmod(mode)


class _Open:
    """An open file whose mode and bytes are of one and the same file, whatever happens to its name meanwhile."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> "_Open":
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)

    @property
    def mode(self) -> int:
        return stat.S_IMODE(os.fstat(self._descriptor).st_mode)

    def chunks(self) -> Iterator[bytes]:
        while chunk := os.read(self._descriptor, _CHUNK):
            yield chunk


def _opened(path: Path) -> _Open:
    return _Open(path)


class _Tree:
    def __init__(self, root: Path, leave_out: frozenset[str]) -> None:
        self._root = root
        self._leave_out = leave_out
        self._links: dict[str, str] = {}
        self.faults: list[Fault] = []

    def paths(self) -> Iterator[str]:
        """Every file and link, each folder's own before those below it."""
        count = 0
        if not self._root.is_dir():
            self._fault("", "a folder", "none", "check the path")
        for folder, folders, files in os.walk(self._root, onerror=self._unreadable):
            here = Path(folder).relative_to(self._root)
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            folders[:] = sorted(n for n in folders if n not in links and not self._left_out(here / n, n))
            for name in sorted((*files, *links)):
                if not self._left_out(here / name, name):
                    yield str(PurePosixPath(here / name))
                    count += 1
            if count > MOST_FILES:
                self._fault("", f"at most {MOST_FILES} files", "more", "move what is no playbook elsewhere")
                return

    def digest(self, path: str) -> str | None:
        full = self._root / path
        try:
            path.encode("utf-8")
            seen = full.lstat()
            if stat.S_ISLNK(seen.st_mode):
                self._links[path] = str(full.readlink())
                return _sha256(b"link\n", [self._links[path].encode("utf-8")])
            if not stat.S_ISREG(seen.st_mode):
                self._fault(path, "files, folders and links", "a device, a pipe or a socket", _NEXT)
                return None
            with _opened(full) as opened:
                return _sha256(f"file {opened.mode:04o}\n".encode(), opened.chunks())
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "backslashreplace").decode()
            self._fault(shown, "a name in UTF-8", "another", "rename it")
        except OSError as error:
            self._fault(path, "a file that can be read", str(error.strerror), "correct its permissions")
        return None

    def links_stay_inside(self, digests: dict[str, str]) -> None:
        """What a link leads to must be digested itself, or it could change unseen."""
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

    def _left_out(self, path: PurePosixPath | Path, name: str) -> bool:
        return name in LEFT_OUT or str(PurePosixPath(path)) in self._leave_out

    def _unreadable(self, error: OSError) -> None:
        self._fault(str(error.filename), "a folder that can be read", str(error.strerror), "correct it")

    def _fault(self, path: str, expected: str, found: str, next_move: str) -> None:
        self.faults.append(Fault(str(self._root / path), None, "", expected, found, next_move))


def _sha256(head: bytes, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256(head)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
