"""Runs where nginx is, as plain Python 3 with nothing beside it: marks servers in the file of an upstream, and looks at them.

Arguments: `out`, `in` or `look`, the file, the test and the reload as JSON lists, then the servers. Prints JSON: for each
server `down` (or null where the file does not have it) and the connections that nginx has open to it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile

LIMIT = 1 << 20
SECONDS = 30.0
LINE = re.compile(r"^(\s*server\s+)(\S+?)((?:\s+[^;#]*)?)(;.*)$")


def read(file: str) -> str:
    """The file, bounded."""
    with open(file, encoding="utf-8") as source:
        text = source.read(LIMIT + 1)
    if len(text) > LIMIT:
        raise ValueError("the file has more than 1 MiB")
    return text


def marked(text: str, servers: list[str], *, down: bool) -> str:
    """The text with these servers marked as down, or without that mark."""
    lines = []
    for line in text.splitlines(keepends=True):
        match = LINE.match(line.rstrip("\n"))
        if match is None or match[2] not in servers:
            lines.append(line)
            continue
        words = [word for word in match[3].split() if word != "down"] + (["down"] if down else [])
        lines.append(match[1] + match[2] + "".join(" " + word for word in words) + match[4] + "\n")
    return "".join(lines)


def states(text: str) -> dict[str, bool]:
    """Which servers the file has, and whether each is marked as down."""
    servers: dict[str, bool] = {}
    for line in text.splitlines():
        match = LINE.match(line)
        if match is not None:
            servers[match[2]] = "down" in match[3].split()
    return servers


def write(file: str, text: str) -> None:
    """In the place of the file, whole or not at all, with its mode and owner."""
    known = os.stat(file)
    handle, name = tempfile.mkstemp(prefix=".orch-", dir=os.path.dirname(file))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(text)
            target.flush()
            os.fchmod(target.fileno(), known.st_mode & 0o7777)
            os.fchown(target.fileno(), known.st_uid, known.st_gid)
            os.fsync(target.fileno())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def run(arguments: list[str]) -> None:
    """A command that must end well."""
    ended = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
    )
    if ended.returncode:
        words = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip().splitlines()
        raise ValueError(f"{arguments[0]} ended with {ended.returncode}: {words[-1][:300] if words else ''}")


def connections() -> dict[str, int]:
    """Established TCP connections by remote address and port, as this host has them."""
    counts: dict[str, int] = {}
    for table, size in (("/proc/net/tcp", 8), ("/proc/net/tcp6", 32)):
        try:
            with open(table, encoding="ascii") as source:
                rows = source.read().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] != "01":
                continue
            address, port = fields[2].split(":")
            if len(address) == size == 8:
                raw = bytes.fromhex(address)[::-1]
            elif address[:24] == "0000000000000000FFFF0000":
                raw = bytes.fromhex(address[24:])[::-1]
            else:
                continue
            key = ".".join(str(part) for part in raw) + ":" + str(int(port, 16))
            counts[key] = counts.get(key, 0) + 1
    return counts


def main(
    way: str, file: str, test: list[str], reload: list[str], servers: list[str]
) -> dict[str, dict[str, object]]:
    """Mark and reload, or only look."""
    before = read(file)
    missing = [server for server in servers if server not in states(before)]
    if way != "look":
        if missing:
            raise ValueError(f"{file} has no server {', '.join(missing)}")
        after = marked(before, servers, down=way == "out")
        if after != before:
            write(file, after)
        try:
            run(test)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            write(file, before)
            raise
        # Also where nothing was to be written: whoever wrote it may have died before the reload.
        run(reload)
    now, open_ones = states(read(file)), connections()
    return {server: {"down": now.get(server), "connections": open_ones.get(server, 0)} for server in servers}


if __name__ == "__main__":
    try:
        print(
            json.dumps(
                main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4]), sys.argv[5:])
            )
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        sys.exit(3)
