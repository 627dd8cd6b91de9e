"""What a host has: accounts, units, parameters. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201, UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Sequence

State = Dict[str, Any]


def unit(name: str) -> State | None:
    """What systemd says of a unit; None where there is no systemd."""
    if shutil.which("systemctl") is None:
        return None
    shown = run("systemctl", "show", "--property=LoadState,ActiveState,UnitFileState", name)
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def by_dpkg() -> bool:
    """Whether dpkg keeps the packages: other systems can have the program too, and its database is empty there."""
    status = Path("/var/lib/dpkg/status")
    return shutil.which("dpkg-query") is not None and status.exists() and status.stat().st_size > 0


def since(name: str) -> float:
    """When a unit became active, in seconds of the clock."""
    shown = run("systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "--value", name).strip()
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return Path("/proc/self").stat().st_mtime - up + int(shown or 0) / 1e6


def parameter(name: str) -> str | None:
    """The value of a kernel parameter; None where there is none."""
    done = ended(["sysctl", "-n", name])
    return " ".join(done.stdout.decode().split()) if done.returncode == 0 else None


def users() -> State:
    """Accounts by their names."""
    return {u.pw_name: [u.pw_uid, u.pw_gid, u.pw_gecos, u.pw_dir, u.pw_shell] for u in pwd.getpwall()}


def groups() -> State:
    """Groups by their names, with those that are in them."""
    return {g.gr_name: [g.gr_gid, sorted(g.gr_mem)] for g in grp.getgrall()}


def password(name: str) -> str | None:
    """What stands for the password in /etc/shadow; it does not leave the host."""
    text = Path("/etc/shadow").read_text(encoding="utf-8", errors="surrogateescape")
    return next((line.split(":", 2)[1] for line in text.splitlines() if line.startswith(f"{name}:")), None)


def read(path: Path) -> State:
    """A file of JSON."""
    value: State = json.loads(path.read_text(encoding="utf-8"))
    return value


def write(path: Path, value: object) -> None:
    """Whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def ended(command: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """How a program ended, with what it was given to read."""
    return subprocess.run(list(command), input=given, capture_output=True, check=False)


def run(*command: str, check: bool = True) -> str:
    """What a program printed; the end of this one where it fails."""
    done = ended(command)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8", "surrogateescape")


def noted(home: Path) -> State | None:
    """What was there after the deployment, where it ran to its end."""
    return read(home / "after.json") if (home / "after.json").exists() else None


def failed(sentence: str) -> int:
    """Said where Ansible shows it."""
    print(sentence, file=sys.stderr)
    return 1
