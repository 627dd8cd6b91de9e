"""Paths of a host, what is mounted on them, and how they are taken away. A part of what_was_here.py, one program with it."""

# ruff: noqa: T201, PTH115, UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Iterable, List

from orchestrator.adapters.files.on_hosts.host_state import State, ended


def kind_of(path: Path) -> str:
    """absent, file, folder, link, or other."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "other")


def item(path: Path) -> State:
    """A path with all that can be put back."""
    kind = kind_of(path)
    if kind == "absent":
        return {"type": kind}
    status = path.lstat()
    seen: State = {
        "type": kind,
        "mode": stat.S_IMODE(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "attributes": attributes(path),
    }
    if kind == "file":
        seen.update(sha256=digest(path), size=status.st_size)
    if kind == "link":
        seen["target"] = os.readlink(path)
    return seen


def attributes(path: Path) -> State:
    """Extended attributes; none on a file system without them."""
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in names}
    except OSError:
        return {}


def digest(path: Path) -> str:
    """SHA-256 of a whole file."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            made.update(block)
    return made.hexdigest()


def expanded(paths: Iterable[str]) -> Iterable[Path]:
    """Paths below homes as they are on this host. Of an account that is not here nothing is kept: its home goes with it."""
    for path in paths:
        there = os.path.expanduser(path)  # noqa: PTH111 (Path.expanduser fails for a user without an account)
        if not there.startswith("~"):
            yield Path(there)


def walked(tree: Path) -> list[Path]:
    """A folder with all that is in it; links are not followed."""
    below = tree.rglob("*") if tree.is_dir() and not tree.is_symlink() else ()
    return [tree, *sorted(below)]


def copies_of_ansible(path: Path) -> list[str]:
    """Copies that modules made beside a file, because a task says `backup`: NAME.PID.DATE@TIME~."""
    form = re.compile(re.escape(path.name) + r"\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~")
    folder = path.parent
    return (
        sorted(str(each) for each in folder.iterdir() if form.fullmatch(each.name)) if folder.is_dir() else []
    )


def missing_above(path: Path) -> list[Path]:
    """Folders above it that are not there."""
    return [above for above in path.parents if not os.path.lexists(above)]


def real_place(path: Path) -> str:
    """Where a path is when the links above it are followed, and it is not."""
    return os.path.join(os.path.realpath(str(path.parent)), path.name)  # noqa: PTH118 (a str, whatever is there)


def mounted(table: Path = Path("/proc/self/mountinfo")) -> List[str]:
    """Where file systems are mounted (proc(5): the fifth field, with some characters in octal)."""
    lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return sorted({re.sub(r"\\([0-7]{3})", lambda c: chr(int(c[1], 8)), line.split()[4]) for line in lines})


def lies_in(path: str, folder: str) -> bool:
    """Whether it is the folder, or below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def take_away(path: Path) -> str:
    """Remove a path with all below it; why it stays, where something is mounted in it: that is not the release's."""
    if not os.path.lexists(path):
        return ""
    if path.is_dir() and not path.is_symlink():
        others = [place for place in mounted() if lies_in(place, real_place(path))]
        if others:
            return f"{path}: {others[0]} is mounted, and what is in it is not taken away: unmount it first"
        shutil.rmtree(path)
    else:
        path.unlink()
    print(f"restored {path}: it was not here like that")
    return ""


def remove_empty(folders: Iterable[Path]) -> None:
    """Folders that the deployment needed above its own."""
    for folder in folders:
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()
            print(f"removed {folder}")


def tar(verb: str, archive: Path, names: list[str]) -> None:
    """Modes, owners, access lists and attributes are tar's to keep."""
    text = "".join(f"{name.lstrip('/')}\0" for name in sorted(names))
    command = [
        "tar",
        verb,
        "--file",
        str(archive),
        "--directory",
        "/",
        "--no-recursion",
        "--null",
        "--files-from",
        "-",
    ]
    command += ["--numeric-owner", "--same-permissions", "--acls", "--xattrs", "--xattrs-include=*"]
    done = ended(command, text.encode("utf-8", "surrogateescape"))
    if done.returncode != 0:
        raise SystemExit(f"tar: {done.stderr.decode('utf-8', 'replace').strip()}")
