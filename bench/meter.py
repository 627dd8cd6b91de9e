"""Runs one command and writes down what it cost: `python -m bench.meter REPORT -- COMMAND...`.

As a subreaper it gets every process that the command leaves behind, detached workers and ssh masters among them, ends them
after the clock has stopped, and so counts the CPU and the written bytes of all. Memory is the sum of anonymous pages of the
whole tree, sampled; pages that processes share count once. Where the kernel keeps no such sum, it is null.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUBREAPER = 36
SAMPLE = 0.1
"""Seconds between two looks at the memory."""
MEMORY = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
"""Where the memory controller may be mounted: version 1, version 2."""
NO_CODE = 125


def metered(command: list[str], log: Path) -> dict[str, float | int | None]:
    """Run it to its end, output into the log. Wall in seconds, CPU in seconds, memory and written in bytes."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    written = _written()
    with _memory_group() as group, log.open("wb") as output:
        began = time.monotonic()
        child = subprocess.Popen(
            _joining(group, command), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        with _peak(group) as peak:
            code = child.wait()
            wall = time.monotonic() - began
        _end_the_rest()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "code": code,
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": max(peak) if peak else None,
        "written": _written() - written,
    }


def _joining(group: Path | None, command: list[str]) -> list[str]:
    if group is None:
        return command
    return ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *command]


def _written() -> int:
    """Bytes that this process and everything it has reaped caused to be written to a disk."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


@contextmanager
def _memory_group() -> Iterator[Path | None]:
    for mount in MEMORY:
        group = mount / f"orch-bench-{os.getpid()}"
        try:
            group.mkdir()
            counted = (group / "memory.stat").exists()
        except OSError:
            continue
        try:
            if counted:
                yield group
                return
        finally:
            with suppress(OSError):
                group.rmdir()
    yield None


@contextmanager
def _peak(group: Path | None) -> Iterator[list[int]]:
    samples: list[int] = []
    over = threading.Event()

    def look() -> None:
        while group is not None and not over.wait(SAMPLE):
            samples.append(_anonymous((group / "memory.stat").read_text()))

    thread = threading.Thread(target=look)
    thread.start()
    yield samples
    over.set()
    thread.join()


def _anonymous(statistics: str) -> int:
    """Bytes of anonymous memory, in the words of either version."""
    facts = dict(line.split() for line in statistics.splitlines())
    return int(facts.get("total_rss", facts.get("anon", 0)))


def _end_the_rest() -> None:
    """End and reap whatever has become our child; what dies hands its own children on to us."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            _kill_children()
            time.sleep(0.01)


def _kill_children() -> None:
    for folder in Path("/proc").iterdir():
        # A process can be gone between two looks.
        with suppress(OSError):
            if folder.name.isdigit() and _parent(folder) == os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)


def _parent(folder: Path) -> int:
    """The name before the fields may hold anything."""
    return int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])


def main(arguments: list[str]) -> int:
    """The command's own exit code; the report and, beside it, the command's output are files."""
    report, dashes, *command = arguments
    if dashes != "--" or not command:
        sys.stderr.write("usage: python -m bench.meter REPORT -- COMMAND...\n")
        return NO_CODE
    cost = metered(command, Path(report).with_suffix(".log"))
    Path(report).write_text(json.dumps(cost))
    return int(cost["code"] or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
