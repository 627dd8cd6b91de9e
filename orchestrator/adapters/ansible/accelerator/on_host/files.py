"""What Ansible does to files beside modules, without a shell: paths are bytes, errors are words."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


def put(path: bytes, mode: int, content: bytes) -> None:
    """Write a whole file, as sftp does: the mode is for a new one."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(fd, content)
    finally:
        os.close(fd)


def receive(path: bytes, mode: int) -> int:
    """Write what comes on standard input to a file; an exit code, and words on standard error."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        while True:
            piece = os.read(0, 65536)
            if not piece:
                break
            write_all(fd, piece)
        os.close(fd)
    except OSError as fault:
        return failed(fault)
    return 0


def send(path: bytes) -> int:
    """Write a file to standard output; an exit code, and on standard error its mode as octal digits, or words."""
    try:
        fd = os.open(path, os.O_RDONLY)
        mode = os.fstat(fd).st_mode & 0o777
        while True:
            piece = os.read(fd, 65536)
            if not piece:
                os.write(2, b"%o" % mode)
                return 0
            write_all(1, piece)
    except OSError as fault:
        return failed(fault)


def failed(fault: OSError) -> int:
    """Tell it on standard error."""
    os.write(2, (str(fault) + "\n").encode("utf-8", "replace"))
    return 1


def write_all(fd: int, content: bytes) -> None:
    """Write all of it."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def make_folder(base: bytes, name: bytes, home: bytes) -> bytes:
    """Make a folder for this user alone, and those above it; its path, which `~` may begin."""
    if base == b"~" or base.startswith(b"~/"):
        base = home + base[1:]
    before = os.umask(0o077)
    try:
        os.makedirs(base, exist_ok=True)
        path = os.path.join(base, name)
        os.mkdir(path)
    finally:
        os.umask(before)
    return path


def remove_tree(path: bytes) -> None:
    """As `rm -rf`: what is not there is gone already; a link is removed and not followed."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            os.unlink(path)
            return
    except FileNotFoundError:
        return
    import shutil

    shutil.rmtree(path)


def make_executable(paths: list[bytes]) -> None:
    """As `chmod u+x`, and readable for the user."""
    for path in paths:
        os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) | 0o500)
