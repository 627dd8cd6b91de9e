"""Programs started on the target: bounded in time and output, each in a process group of its own that is ended whole."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

OUTPUT_LIMIT = 1 << 20
_running: set[int] = set()


class Ran:
    """How a program ended; `code` is None when it did not end by itself, and `trouble` says why."""

    __slots__ = ("code", "errors", "output", "trouble")

    def __init__(self, code: int | None, output: bytes, errors: bytes, trouble: str) -> None:
        self.code = code
        self.output = output
        self.errors = errors
        self.trouble = trouble


class _Drain(threading.Thread):
    """Reads a pipe up to a limit; what is beyond is read and dropped, and remembered as too much."""

    def __init__(self, descriptor: int, limit: int) -> None:
        super().__init__(daemon=True)
        self.descriptor = descriptor
        self.limit = limit
        self.kept = bytearray()
        self.too_much = False
        self.start()

    def run(self) -> None:
        while True:
            try:
                piece = os.read(self.descriptor, 65536)
            except OSError:
                return
            if not piece:
                return
            self.kept += piece[: max(0, self.limit - len(self.kept))]
            self.too_much = self.too_much or len(self.kept) >= self.limit


def run(arguments: list[str], timeout: float, limit: int = OUTPUT_LIMIT) -> Ran:
    """Run a program for at most `timeout` seconds, keeping at most `limit` bytes of its output."""
    environment = dict(os.environ, LC_ALL="C", LANG="C")
    environment["PATH"] = environment.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    try:
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return Ran(None, b"", b"", f"{arguments[0]} cannot be run: {error.strerror}")
    _running.add(child.pid)
    try:
        return _to_its_end(child, timeout, limit)
    finally:
        _running.discard(child.pid)


def as_login_user(arguments: list[str]) -> list[str]:
    """A program as the user that logged in, also when sudo made us root."""
    user = os.environ.get("SUDO_USER")
    if os.geteuid() != 0 or not user or user == "root":
        return arguments
    return ["sudo", "-n", "-H", "-u", user, "--", *arguments]


def _to_its_end(child: subprocess.Popen[bytes], timeout: float, limit: int) -> Ran:
    pipes = [pipe for pipe in (child.stdout, child.stderr) if pipe is not None]
    out, err = _Drain(pipes[0].fileno(), limit), _Drain(pipes[1].fileno(), 65536)
    ended = _ended(child.pid, timeout)
    end_group(
        child.pid
    )  # before the leader is collected: until then its number cannot become somebody else's
    code = child.wait()
    for drain in (out, err):
        drain.join(2.0)
    if not ended:
        return Ran(None, bytes(out.kept), bytes(err.kept), f"no end within {timeout:g} s")
    trouble = f"more than {limit} bytes of output" if out.too_much else ""
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
        os.killpg(pid, signal.SIGKILL)
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
