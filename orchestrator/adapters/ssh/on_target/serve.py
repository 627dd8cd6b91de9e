"""The program's main line: take the request, answer once, framed."""

from __future__ import annotations

import _thread
import contextlib
import marshal
import os
import pwd
import sys
import time

from orchestrator.adapters.ssh.on_target import frame
from orchestrator.adapters.ssh.on_target.items import shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

HEARTBEAT_SECONDS = 5.0
ECHO_SECONDS = 5.0
_HOUSE = "/var/lib/orch/house"
_STORES = "/var/lib/orch/stores"
_MOST_STORES = 1000


def serve(request: dict[str, Any], source: BinaryIO, out: BinaryIO) -> None:
    """Answer a request on `out`, and those that follow as long as it asks us to stay.

    A line each few seconds shows that the host is alive; it also ends us when nobody is there any more to read it.
    """
    os.chdir("/")  # where the programs of checks are started
    writing = _thread.allocate_lock()
    _thread.start_new_thread(_beat, (out, writing))
    while answered(request, source, out, writing) and request["stay"]:
        line = source.readline()
        if not line:
            break
        request = marshal.loads(source.read(int(line)))  # noqa: S302 - from where our code comes
    writing.acquire()  # no heartbeat after this
    os._exit(0)  # threads that still wait for somebody are of no interest any more


def answered(request: dict[str, Any], source: BinaryIO, out: BinaryIO, writing: _thread.LockType) -> bool:
    """Answer one request, framed; whether its source may be read on."""
    nonce = request["nonce"]
    _write(out, f"\nORCH-HELLO {nonce} {time.time():.6f}\n".encode("ascii"), writing)
    echo = _Echo(source) if request["echo"] else None
    try:
        answer = evaluated(request)
    except Exception as error:  # noqa: BLE001 - the controller must learn of it, whatever it is
        answer = {"fault": f"the program on the target failed: {type(error).__name__}: {error}"}
    answer["echo"] = None if echo is None else echo.wait()
    _write(out, frame.frame(nonce, answer), writing)
    return echo is None or echo.is_over()


class _Echo:
    """Notes when the controller's answer to our first line arrived: a round trip without Python's start in it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.arrived_at: float | None = None
        self.reading = _thread.allocate_lock()
        self.reading.acquire()
        _thread.start_new_thread(self._read, ())

    def _read(self) -> None:
        if self.source.readline() == b"\n":
            self.arrived_at = time.time()
        self.reading.release()

    def is_over(self) -> bool:
        """Whether nobody reads on."""
        return not self.reading.locked()

    def wait(self) -> float | None:
        """The moment by this host's clock; None when nothing came."""
        if self.reading.acquire(timeout=ECHO_SECONDS):
            self.reading.release()
        return self.arrived_at


def _write(out: BinaryIO, data: bytes, lock: _thread.LockType) -> None:
    try:
        with lock:
            out.write(data)
            out.flush()
    except OSError:
        shell.end_all()  # nobody listens any more
        os._exit(1)


def _beat(out: BinaryIO, writing: _thread.LockType) -> None:
    while True:
        time.sleep(HEARTBEAT_SECONDS)
        _write(out, b"\n", writing)


def evaluated(request: dict[str, Any]) -> dict[str, Any]:
    """Everything the request asks, as this user."""
    deadline = time.monotonic() + request["seconds"]
    if request.get("release") is not None:
        _release(request["release"])
    answer: dict[str, Any] = {"identity": _identity(), "checks": {}, "digests": {}, "baseline": None}
    if request["checks"]:
        from orchestrator.adapters.ssh.on_target.rounds import Rounds

        answer["checks"] = Rounds(request["checks"], deadline).run()
    if request["digests"]:
        answer["digests"] = {path: _digest(path) for path in request["digests"]}
    if request.get("end_run") is not None:
        from orchestrator.adapters.ssh.on_target.ending import end_run

        answer["ending"] = end_run(**request["end_run"])
    if request.get("processes") is not None:
        from orchestrator.adapters.ssh.on_target.remaining import look

        answer["processes"] = look(**request["processes"])
    if request.get("program"):
        answer["ran"] = _ran(request["program"], request["seconds"])
    if request["scope"] is not None:
        from orchestrator.adapters.ssh.on_target.collectors import Capture

        answer["baseline"] = Capture(request["scope"], deadline).run()
    return answer


def _ran(program: list[str], seconds: float) -> dict[str, Any]:
    ran = shell.run(program, seconds, 1 << 18)
    words = ran.trouble or shell.last_line(ran.errors)
    return {"code": ran.code, "output": ran.output.decode("utf-8", "replace"), "trouble": words}


def _digest(path: str) -> list[str]:
    from orchestrator.adapters.ssh.on_target.items.file_check import digest_of

    try:
        return ["sha256", digest_of(path)]
    except (FileNotFoundError, NotADirectoryError):
        return ["absent", "no such file"]
    except OSError as error:
        return ["fault", str(error.strerror or error)]


def _identity() -> dict[str, Any]:
    return {
        "machine_id": _first_line("/etc/machine-id") or _first_line("/var/lib/dbus/machine-id"),
        "boot_id": _first_line("/proc/sys/kernel/random/boot_id"),
        "user": _user(),
        "is_root": os.geteuid() == 0,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "epoch": _epoch("/var/lib/orch/epoch"),
        "house": _first_line(_HOUSE),
        "stores": _stores(),
    }


def _stores() -> dict[str, int]:
    """The newest epoch of each store whose runs were here; what is no number is none."""
    try:
        names = sorted(os.listdir(_STORES))
    except OSError:
        return {}
    epochs = {name: _epoch(_STORES + "/" + name) for name in names[:_MOST_STORES] if not name.startswith(".")}
    return {name: epoch for name, epoch in epochs.items() if epoch}


def _release(house: str) -> None:
    """Let the machine go from this house; whether it is free is seen in the identity that follows."""
    if _first_line(_HOUSE) == house:
        with contextlib.suppress(OSError):
            os.unlink(_HOUSE)


def _epoch(path: str) -> int | None:
    """The epoch of the last run that was here, 0 where there was none; None where that cannot be read."""
    try:
        with open(path, encoding="ascii") as source:
            return int(source.readline())
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return None


def _user() -> str:
    """The user that logged in, also when sudo made us root."""
    if "SUDO_USER" in os.environ and os.geteuid() == 0:
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as source:
            return source.readline().strip()
    except OSError:
        return ""
