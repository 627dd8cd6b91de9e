"""What a host has: paths, packages, accounts, units. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201, PTH115, UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterable

State = Dict[str, Any]


def remove_empty(folders: Iterable[Path]) -> None:
    """Folders that the deployment needed above its own."""
    for folder in folders:
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()
            print(f"removed {folder}")


def item(path: Path) -> State:
    """A path with all that can be put back."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return {"type": "absent"}
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    seen: State = {
        "type": kinds.get(stat.S_IFMT(status.st_mode), "other"),
        "mode": stat.S_IMODE(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "attributes": attributes(path),
    }
    if seen["type"] == "file":
        seen.update(sha256=digest(path), size=status.st_size)
    if seen["type"] == "link":
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


def take_away(path: Path) -> None:
    """A path with all below it."""
    if not os.path.lexists(path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    print(f"restored {path}: it was not here like that")


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
    subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), check=True)


def unit(name: str) -> State | None:
    """What systemd says of a unit; None where there is no systemd."""
    if shutil.which("systemctl") is None:
        return None
    shown = run("systemctl", "show", "--property=LoadState,ActiveState,UnitFileState", name)
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def since(name: str) -> float:
    """When a unit became active, in seconds of the clock."""
    shown = run("systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "--value", name).strip()
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return Path("/proc/self").stat().st_mtime - up + int(shown or 0) / 1e6


def installed() -> State:
    """Packages with their versions; those of which only configuration is left count as well."""
    if shutil.which("dpkg-query"):
        form = "${Package}:${Architecture}\t${Version}\t${Status}\n"
        rows = [line.split("\t") for line in run("dpkg-query", "--show", "--showformat", form).splitlines()]
        states = {row[0]: (row[1], row[2].split()[-1]) for row in rows}
        return {
            name: f"{version} {state}"
            for name, (version, state) in states.items()
            if state != "not-installed"
        }
    if shutil.which("rpm"):
        rows = [
            line.split("\t") for line in run("rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\t%{EVR}\n").splitlines()
        ]
        return {row[0]: row[1] for row in rows if not row[0].startswith("gpg-pubkey")}
    return {}


def remove(names: list[str]) -> None:
    """With their configuration. They were not here before, so neither a hold nor their importance keeps them."""
    if shutil.which("dpkg-query"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        purge = ["--allow-remove-essential", "--allow-change-held-packages", "purge", *names]
        along = removed_along(run("apt-get", "--simulate", *purge), names)
        if along:
            raise SystemExit(f"their removal would also take what was here before: {', '.join(along)}")
        run("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=120", *purge)
    else:
        run(shutil.which("dnf") or "yum", "--assumeyes", "remove", *names)


def removed_along(simulated: str, names: list[str]) -> list[str]:
    """The packages that apt-get would remove beside these, by what it says it would do."""
    own = {name.split(":")[0] for name in names}
    lines = [line.split() for line in simulated.splitlines()]
    return sorted(
        {line[1] for line in lines if line[:1] in (["Remv"], ["Purg"]) and line[1].split(":")[0] not in own}
    )


def install(name: str, version: str) -> bool:
    """Whether this version could be had again."""
    number = version.split(maxsplit=1)[0]
    if shutil.which("dpkg-query"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        wanted = ["apt-get", "--yes", "--allow-downgrades", "install", f"{name}={number}"]
    else:
        wanted = [
            shutil.which("dnf") or "yum",
            "--assumeyes",
            "install",
            f"{name.rsplit('.', 1)[0]}-{number}",
        ]
    done = subprocess.run(wanted, capture_output=True, check=False)
    if done.returncode == 0:
        print(f"restored {name} {number}")
    return done.returncode == 0


def parameter(name: str) -> str | None:
    """The value of a kernel parameter; None where there is none."""
    done = subprocess.run(["sysctl", "-n", name], capture_output=True, check=False)
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


def run(*command: str, check: bool = True) -> str:
    """What a program printed; the end of this one where it fails."""
    done = subprocess.run(command, capture_output=True, check=False)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8", "surrogateescape")
