"""Keeps what a host had before a deployment of the shop, and restores it. Sent to the hosts by the playbooks.

    shop_before.py keep    DEPLOYMENT VERSION ATTEMPT
    shop_before.py restore DEPLOYMENT ATTEMPT [--leave PATH ...]

`keep` writes /var/lib/shop-backout/DEPLOYMENT once and whole, or not at all. `restore` compares what is there now with what
was kept, puts back only what differs (content, mode, owner, extended attributes, time), and then forgets what was kept;
killed at any moment it can be run again, and where nothing was kept there is nothing to restore. Either writes one line
about itself to /var/log/orch-acts.log.
"""

# ruff: noqa: T201, TID251 - a program of its own, run as root on the hosts

import argparse
import fcntl
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

KEPT = Path("/var/lib/shop-backout")
ACTS = Path("/var/log/orch-acts.log")
RELEASES = Path("/opt/shop/releases")
UNIT_FILE = Path("/etc/systemd/system/shop.service")
# A folder before what is in it.
PATHS = (
    Path("/opt/shop"),
    RELEASES,
    Path("/opt/shop/current"),
    Path("/etc/shop"),
    Path("/etc/shop/shop.toml"),
    UNIT_FILE,
)
State = dict[str, Any]


def main() -> int:
    """One act; 0 when it is done."""
    parser = argparse.ArgumentParser(
        description="Keep or restore what was here before the shop was deployed."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    keeping, restoring = verbs.add_parser("keep"), verbs.add_parser("restore")
    for verb in (keeping, restoring):
        verb.add_argument("deployment", type=_safe_name)
    keeping.add_argument("version", type=_safe_name)
    for verb in (keeping, restoring):
        verb.add_argument("attempt", type=_safe_name)
    restoring.add_argument(
        "--leave", type=Path, action="append", default=[], help="leave this path as it is now"
    )
    asked = parser.parse_args()
    os.umask(0o077)
    if asked.verb == "keep":
        _log("deploy", asked.deployment, asked.attempt, asked.version)
        return keep(asked.deployment, asked.version)
    _log("backout", asked.deployment, asked.attempt, _version_of(asked.deployment))
    return restore(asked.deployment, asked.leave)


def keep(deployment: str, version: str) -> int:
    """Write down what is here, unless this deployment did so before."""
    home, unfinished = KEPT / deployment, KEPT / f".{deployment}"
    if home.exists():
        print(f"already kept in {home}")
        return 0
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "content").mkdir(mode=0o700, parents=True)
    items = [_item(path) for path in _paths(version)]
    for number, item in enumerate(items):
        if item["type"] == "file":
            _write(unfinished / "content" / str(number), Path(item["path"]).read_bytes())
    at = max([time.time_ns(), *(earlier + 1 for earlier in _all_kept().values())])
    state = {"at": at, "version": version, "items": items, "account": _account(), "unit": _unit()}
    _write(unfinished / "state.json", json.dumps(state, indent=1).encode())
    unfinished.rename(home)
    _sync_folder(KEPT)
    print(f"kept in {home}")
    return 0


def restore(deployment: str, leave: list[Path]) -> int:
    """Put back what differs from what was kept, then forget it."""
    home, unfinished = KEPT / deployment, KEPT / f".{deployment}"
    shutil.rmtree(unfinished, ignore_errors=True)
    if home.exists():
        before = _read(home)
        later = [name for name, at in _all_kept().items() if at > before["at"]]
        if later:
            print(f"{', '.join(later)} came after {deployment}: take that back first", file=sys.stderr)
            return 1
        _put_back(before, home / "content", leave)
        # Under the other name it is no longer whole, and whoever comes next clears it away.
        home.rename(unfinished)
        shutil.rmtree(unfinished)
        print(f"restored what was here before {deployment}")
    else:
        print(f"{deployment} changed nothing here")
    if KEPT.is_dir() and not any(KEPT.iterdir()):
        KEPT.rmdir()
    return 0


def _put_back(before: State, content: Path, leave: list[Path]) -> None:
    differing = [
        number
        for number, item in enumerate(before["items"])
        if Path(item["path"]) not in leave
        and not _same(item, _item(Path(item["path"])), content / str(number))
    ]
    added = [path for path in _paths(before["version"]) if _is_new(path, before) and path not in leave]
    release = RELEASES / before["version"]
    in_use = bool(differing) or any(release not in (path, *path.parents) for path in added)
    if in_use:
        _stop(_unit(), known_before=before["unit"]["LoadState"] == "loaded")
    for path in reversed(added):
        _remove(path)
    for number in differing:
        _put_back_item(before["items"][number], content / str(number))
    for item in reversed(before["items"]):
        if Path(item["path"]) not in leave:
            _put_back_time(item)
    _put_back_account(before["account"])
    _put_back_unit(before["unit"], reload=in_use)


def _paths(version: str) -> list[Path]:
    """All that a deployment of this version writes to, and all that its folder holds now."""
    release = RELEASES / version
    return [*PATHS, release, *sorted(release.rglob("*"))]


def _item(path: Path) -> State:
    """A path with all that can be put back."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return {"path": str(path), "type": "absent"}
    item: State = {
        "path": str(path),
        "type": _type_of(status.st_mode),
        "mode": stat.S_IMODE(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "time": status.st_mtime_ns,
        "attributes": _attributes(path),
    }
    if item["type"] == "link":
        item["target"] = str(path.readlink())
    return item


def _type_of(mode: int) -> str:
    types = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    if stat.S_IFMT(mode) not in types:
        raise SystemExit("something that is no file, folder or link stands where the shop belongs")
    return types[stat.S_IFMT(mode)]


def _attributes(path: Path) -> dict[str, str]:
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in names}
    except OSError:  # a file system without them
        return {}


def _same(before: State, now: State, content: Path) -> bool:
    """Whether nothing has to be put back. Times change by themselves."""
    if {**before, "time": 0} != {**now, "time": 0}:
        return bool(before["type"] == now["type"] == "absent")
    return before["type"] != "file" or Path(before["path"]).read_bytes() == content.read_bytes()


def _is_new(path: Path, before: State) -> bool:
    was = {item["path"]: item["type"] for item in before["items"]}
    return was.get(str(path), "absent") == "absent" and os.path.lexists(path)


def _remove(path: Path) -> None:
    """A folder goes only when nothing of somebody else's is in it."""
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    elif not any(path.iterdir()):
        path.rmdir()
    else:
        print(f"left {path}: it is not empty")


def _put_back_item(item: State, content: Path) -> None:
    path = Path(item["path"])
    if item["type"] == "absent":
        return
    if os.path.lexists(path) and (item["type"] != "folder" or path.is_symlink() or not path.is_dir()):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if item["type"] == "folder":
        path.mkdir(exist_ok=True)
    elif item["type"] == "link":
        path.symlink_to(item["target"])
    else:
        _write(path, content.read_bytes())
    os.chown(path, *item["owner"], follow_symlinks=False)
    if item["type"] != "link":
        path.chmod(item["mode"])
    for name in _attributes(path).keys() - item["attributes"].keys():
        os.removexattr(path, name, follow_symlinks=False)
    for name, value in item["attributes"].items():
        os.setxattr(path, name, bytes.fromhex(value), follow_symlinks=False)


def _put_back_time(item: State) -> None:
    if item["type"] != "absent":
        os.utime(item["path"], ns=(item["time"], item["time"]), follow_symlinks=False)


def _account() -> list[str] | None:
    """The user shop: gid, comment, home, shell."""
    try:
        user = pwd.getpwnam("shop")
    except KeyError:
        return None
    return [str(user.pw_gid), user.pw_gecos, user.pw_dir, user.pw_shell]


def _put_back_account(before: list[str] | None) -> None:
    now = _account()
    if before is None and now is not None:
        _run("userdel", "shop")
    elif before is not None and now is not None and before != now:
        gid, comment, home, shell = before
        _run("usermod", "--gid", gid, "--comment", comment, "--home", home, "--shell", shell, "shop")


def _unit() -> dict[str, str]:
    shown = _run("systemctl", "show", "--property=LoadState,ActiveState,UnitFileState", "shop.service")
    return dict(line.split("=", 1) for line in shown.splitlines())


def _stop(now: dict[str, str], *, known_before: bool) -> None:
    """The service stands still while its files change; a unit that is to go leaves no link behind."""
    if now["LoadState"] == "loaded":
        _run("systemctl", "stop", "shop.service")
        if not known_before:
            _run("systemctl", "disable", "--quiet", "shop.service")


def _put_back_unit(before: dict[str, str], *, reload: bool) -> None:
    if reload:
        _run("systemctl", "daemon-reload")
    now = _unit()
    if now["ActiveState"] == "failed" and before["ActiveState"] != "failed":
        _run("systemctl", "reset-failed", "shop.service")
    if now["UnitFileState"] != before["UnitFileState"] and before["UnitFileState"] in ("enabled", "disabled"):
        verb = before["UnitFileState"].removesuffix("d")
        _run("systemctl", verb, "--quiet", "shop.service")
    if before["ActiveState"] == "active" and _unit()["ActiveState"] != "active":
        _run("systemctl", "start", "shop.service")
        print("started the service")
    elif before["ActiveState"] in ("inactive", "failed") and now["ActiveState"] == "active":
        _run("systemctl", "stop", "shop.service")


def _all_kept() -> dict[str, int]:
    return {home.name: _read(home)["at"] for home in KEPT.iterdir() if not home.name.startswith(".")}


def _read(home: Path) -> State:
    state: State = json.loads((home / "state.json").read_text())
    return state


def _version_of(deployment: str) -> str:
    home = KEPT / deployment
    return str(_read(home)["version"]) if home.exists() else "none"


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _log(purpose: str, deployment: str, attempt: str, version: str) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{time.time_ns() // 1_000_000 % 1000:03d}Z"
    line = f"{at} deployment={deployment} attempt={attempt} purpose={purpose} version={version}\n"
    with ACTS.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        log.write(line)


def _safe_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~+-]{0,150}", text):
        raise argparse.ArgumentTypeError("letters, digits and . _ ~ + - only")
    return text


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
