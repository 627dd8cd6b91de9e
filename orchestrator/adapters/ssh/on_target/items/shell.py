"""Programs started on the target: bounded in time and output, each in a process group of its own that is ended whole."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal makes enumerations of it first, in 4 ms
import _thread
import errno
import os
import time

OUTPUT_LIMIT = 1 << 20
SYSTEM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
"""Where the system's own programs are. PATH is not asked: what a release put into /usr/local would answer for the system."""
_running: set[int] = set()


class Ran:
    """How a program ended; `code` is None when it did not end by itself, and `trouble` says why.

    `timed_out`: it had to be ended when its time was over.
    """

    __slots__ = ("code", "errors", "output", "timed_out", "trouble")

    def __init__(
        self, code: int | None, output: bytes, errors: bytes, trouble: str, *, timed_out: bool = False
    ) -> None:
        self.code = code
        self.output = output
        self.errors = errors
        self.trouble = trouble
        self.timed_out = timed_out


class _Drain:
    """Reads a pipe up to a limit, and closes it; what is beyond is read and dropped, and remembered as too much."""

    def __init__(self, limit: int) -> None:
        self.descriptor, self.others = os.pipe()
        self.limit = limit
        self.kept = bytearray()
        self.too_much = False
        self.reading = _thread.allocate_lock()

    def start(self) -> None:
        """Read what others write, in a thread."""
        os.close(self.others)
        self.reading.acquire()
        _thread.start_new_thread(self._run, ())

    def close(self) -> None:
        """Close it, where nobody was started to write."""
        os.close(self.others)
        os.close(self.descriptor)

    def _run(self) -> None:
        try:
            self._read()
        finally:
            os.close(self.descriptor)
            self.reading.release()

    def _read(self) -> None:
        while True:
            piece = os.read(self.descriptor, 65536)
            if not piece:
                return
            self.kept += piece[: max(0, self.limit - len(self.kept))]
            self.too_much = self.too_much or len(self.kept) >= self.limit


def run(arguments: list[str], timeout: float, limit: int = OUTPUT_LIMIT) -> Ran:
    """Run a program for at most `timeout` seconds, keeping at most `limit` bytes of its output.

    A program without a path is the system's own.
    """
    environment = _environment(arguments[0])
    out, err = _Drain(limit), _Drain(65536)
    try:
        pid = _spawned(arguments, environment, out, err)
    except OSError as error:
        out.close()
        err.close()
        return Ran(None, b"", b"", f"{arguments[0]} cannot be run: {error.strerror}")
    _running.add(pid)
    out.start()
    err.start()
    try:
        return _to_its_end(pid, timeout, out, err)
    finally:
        _running.discard(pid)


def _spawned(arguments: list[str], environment: dict[str, str], out: _Drain, err: _Drain) -> int:
    """Started in a session of its own with no input, these outputs and no other file; `subprocess` takes 8 ms to import."""
    into = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, out.others, 1),
        (os.POSIX_SPAWN_DUP2, err.others, 2),
    ]
    program = system_program(arguments[0])
    ignored_by_python = [_signal.SIGPIPE, _signal.SIGXFSZ]
    try:
        return os.posix_spawn(
            program, arguments, environment, file_actions=into, setsid=True, setsigdef=ignored_by_python
        )
    except NotImplementedError:  # an old C library: a group of its own then
        return os.posix_spawn(
            program, arguments, environment, file_actions=into, setpgroup=0, setsigdef=ignored_by_python
        )


def _environment(program: str) -> dict[str, str]:
    """A user's own command, also one that sudo starts, keeps the PATH of the login; the system's programs have the system's."""
    environment = dict(os.environ, LC_ALL="C", LANG="C")
    if "/" in program or program == "sudo":
        environment["PATH"] = environment.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    else:
        environment["PATH"] = ":".join(SYSTEM_FOLDERS)
    return environment


def system_program(program: str) -> str:
    """Where a program of the system is. Raises FileNotFoundError: it is looked for nowhere else."""
    if "/" in program:
        return program
    for folder in SYSTEM_FOLDERS:
        place = folder + "/" + program
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return place
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), program)


def as_login_user(arguments: list[str]) -> list[str]:
    """A program as the user that logged in, also when sudo made us root."""
    user = os.environ.get("SUDO_USER")
    if os.geteuid() != 0 or not user or user == "root":
        return arguments
    return ["sudo", "-n", "-H", "-u", user, "--", *arguments]


def _to_its_end(pid: int, timeout: float, out: _Drain, err: _Drain) -> Ran:
    ended = _ended(pid, timeout)
    end_group(pid)  # before the leader is collected: until then its number cannot become somebody else's
    _, status = os.waitpid(pid, 0)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    for drain in (out, err):
        drain.reading.acquire(timeout=2.0)
    if not ended:
        return Ran(None, bytes(out.kept), bytes(err.kept), f"no end within {timeout:g} s", timed_out=True)
    trouble = f"more than {out.limit} bytes of output" if out.too_much else ""
    return Ran(code, bytes(out.kept), bytes(err.kept), trouble)


def _ended(pid: int, timeout: float) -> bool:
    """Whether a program ends within so many seconds; it is not collected yet."""
    deadline = time.monotonic() + timeout
    pause = 0.0005
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(0.02, pause * 2)
    return True


def end_group(pid: int) -> None:
    """End what a program left running."""
    try:
        os.killpg(pid, _signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_all() -> None:
    """End everything that still runs, when nobody waits for the answer any more."""
    for pid in list(_running):
        end_group(pid)


def last_line(text: bytes) -> str:
    """The last line of a program's complaint."""
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else ""
