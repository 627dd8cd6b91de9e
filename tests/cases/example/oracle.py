"""Tells all that can be seen of a host, as one JSON object. Sent to lab hosts and run there as root, by itself.

It shares no code with what deploys, restores or compares, so that it can bear witness about all three.
"""

# ruff: noqa: PTH115, PTH118, PTH123 - sent to the hosts: the fewer imports, the faster it starts

import hashlib
import json
import os
import stat
import subprocess

TREES = ("/opt", "/etc", "/usr/local", "/var/lib/shop-backout", "/var/spool")
# Account tools keep their own earlier version beside each file.
CHANGE_BY_THEMSELVES = {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock"}


def path_words(path: str) -> str:
    """Type, mode, numeric owner, extended attributes and content of a path; the time of files that the example writes."""
    status = os.lstat(path)
    words = [stat.filemode(status.st_mode), f"{status.st_uid}:{status.st_gid}"]
    if stat.S_ISLNK(status.st_mode):
        words.append(os.readlink(path))
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as stream:
            words.append(hashlib.sha256(stream.read()).hexdigest())
        if "shop" in path:
            words.append(str(status.st_mtime_ns))
    words += [f"{name}={os.getxattr(path, name, follow_symlinks=False)!r}" for name in extended(path)]
    return " ".join(words)


def extended(path: str) -> list[str]:
    """The names of the extended attributes."""
    try:
        return sorted(os.listxattr(path, follow_symlinks=False))
    except OSError:
        return []


def tree(top: str) -> dict[str, str]:
    """Every path from `top` down."""
    if not os.path.lexists(top):
        return {top: "absent"}
    words_by_path = {top: path_words(top)}
    for folder, below, names in os.walk(top):
        for name in (*below, *names):
            path = os.path.join(folder, name)
            if path not in CHANGE_BY_THEMSELVES:
                words_by_path[path] = path_words(path)
    return words_by_path


def listening() -> list[int]:
    """TCP ports that somebody listens on."""
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            rows = [line.split() for line in lines][1:]
        ports |= {int(row[1].rsplit(":", 1)[1], 16) for row in rows if row[3] == "0A"}
    return sorted(ports)


def words_of(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def processes() -> list[str]:
    """The command line of every process that belongs to the shop."""
    lines = words_of("ps", "-eo", "user=,args=").splitlines()
    return sorted(line for line in lines if "/opt/shop" in line)


if __name__ == "__main__":
    seen = {path: words for top in TREES for path, words in tree(top).items()}
    shown = "--property=LoadState,ActiveState,SubState,UnitFileState,FragmentPath,Result"
    seen["unit shop"] = words_of("systemctl", "show", shown, "shop.service")
    seen["units that failed"] = words_of("systemctl", "--failed", "--no-legend", "--plain")
    seen["ports"] = str(listening())
    seen["processes"] = "\n".join(processes())
    print(json.dumps(seen))
