"""The program's main line: take the request, become root where that is needed, answer once, framed."""

from __future__ import annotations

import json
import os
import pwd
import sys
import threading
import time
from typing import Any, BinaryIO

from orchestrator.adapters.ssh.on_target import frame, shell

HEARTBEAT_SECONDS = 5.0


def serve(bundle: dict[str, Any], out: BinaryIO) -> None:
    """Answer a request on `out`; a line each few seconds before it shows that the host is alive."""
    request = bundle["request"]
    nonce = request["nonce"]
    writing = threading.Lock()
    _write(out, f"\nORCH-HELLO {nonce} {time.time():.6f}\n".encode("ascii"), writing)
    threading.Thread(target=_beat, args=(out, writing), daemon=True).start()
    try:
        answer = _answer(bundle)
    except Exception as error:  # noqa: BLE001 - the controller must learn of it, whatever it is
        answer = {"fault": f"the program on the target failed: {type(error).__name__}: {error}"}
    writing.acquire()  # no heartbeat after this
    _write(out, frame.frame(nonce, answer), None)
    out.flush()
    os._exit(0)  # threads that still wait for somebody are of no interest any more


def _write(out: BinaryIO, data: bytes, lock: threading.Lock | None) -> None:
    try:
        if lock is None:
            out.write(data)
            out.flush()
        else:
            with lock:
                out.write(data)
                out.flush()
    except OSError:
        shell.end_all()  # nobody listens any more
        os._exit(1)


def _beat(out: BinaryIO, writing: threading.Lock) -> None:
    while True:
        time.sleep(HEARTBEAT_SECONDS)
        _write(out, b"\n", writing)


def _answer(bundle: dict[str, Any]) -> dict[str, Any]:
    request = bundle["request"]
    if os.geteuid() == 0 or not request["become"] or request["privileged"]:
        return evaluated(request)
    as_user = dict(request, checks=[check for check in request["checks"] if check["as_user"]])
    rest = [check for check in request["checks"] if not check["as_user"]]
    if not rest and not request["digests"] and request["scope"] is None:
        return evaluated(request)
    inner = dict(request, checks=rest, privileged=True)
    privileged, reason = _as_root(dict(bundle, request=inner))
    if privileged is None:
        return dict(evaluated(request), without_root=reason)
    answer = evaluated(dict(as_user, digests=[], scope=None))
    answer["checks"].update(privileged["checks"])
    answer.update(digests=privileged["digests"], baseline=privileged["baseline"])
    return answer


def _as_root(bundle: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The answer of this same program as root, or why there is none."""
    line, text, request = bundle["line"], bundle["loader"].encode(), bundle["request"]
    body = json.dumps(bundle).encode("ascii")
    given = b"%d\n%s%d\n%s" % (len(text), text, len(body), body)
    command = ["sudo", "-n", "--", sys.executable, "-I", "-S", "-X", "utf8", "-c", line]
    ran = shell.run(command, request["seconds"], request["limit"], given)
    try:
        answer = frame.unframe(request["nonce"], ran.output)
    except frame.BadFrame:
        return None, "root cannot be had: " + (shell.last_line(ran.errors) or ran.trouble or f"sudo ended with {ran.code}")
    return (None, answer["fault"]) if "fault" in answer else (answer, "")


def evaluated(request: dict[str, Any]) -> dict[str, Any]:
    """Everything the request asks, as this user."""
    deadline = time.monotonic() + request["seconds"]
    answer: dict[str, Any] = {"identity": _identity(), "checks": {}, "digests": {}, "baseline": None}
    if request["checks"]:
        from orchestrator.adapters.ssh.on_target.rounds import Rounds

        answer["checks"] = Rounds(request["checks"], deadline).run()
    if request["digests"]:
        answer["digests"] = {path: _digest(path) for path in request["digests"]}
    if request["scope"] is not None:
        from orchestrator.adapters.ssh.on_target.baseline import Capture

        answer["baseline"] = Capture(request["scope"], deadline).run()
    return answer


def _digest(path: str) -> list[str]:
    from orchestrator.adapters.ssh.on_target.file_check import digest_of

    try:
        return ["sha256", digest_of(path)]
    except (FileNotFoundError, NotADirectoryError):
        return ["absent", "no such file"]
    except OSError as error:
        return ["fault", str(error.strerror or error)]


def _identity() -> dict[str, str]:
    return {
        "machine_id": _first_line("/etc/machine-id") or _first_line("/var/lib/dbus/machine-id"),
        "boot_id": _first_line("/proc/sys/kernel/random/boot_id"),
        "user": _user(),
        "python": ".".join(str(part) for part in sys.version_info[:3]),
    }


def _user() -> str:
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
