"""Keeps what a host had before a deployment, and puts it back. Written by `orch init`; sent to the hosts by the playbooks.

    what_was_here.py keep   RELEASE DEPLOYMENT CHANGES   before the deployment: CHANGES is JSON, what it is going to change
    what_was_here.py note   RELEASE DEPLOYMENT           after it: which packages and accounts there are now
    what_was_here.py went   RELEASE DEPLOYMENT PACKAGES FOLDER   whether a server came, and is gone with its data
    what_was_here.py stop | packages | paths | kernel | accounts | start | forget   RELEASE DEPLOYMENT

`keep` writes /var/lib/orch-kept/RELEASE/DEPLOYMENT once and whole, or not at all. Each step of a backout compares with what
was kept and changes only what differs; killed at any moment it can be run again. Where nothing was kept, nothing began, and
there is nothing to put back. It runs as root, on Python 3.7 and newer.
"""

# ruff: noqa: T201 - a program of its own, run as root on the hosts, also by old Pythons

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from orchestrator.adapters.files.on_hosts.host_state import (
    State,
    copies_of_ansible,
    expanded,
    groups,
    install,
    installed,
    item,
    missing_above,
    parameter,
    password,
    read,
    remove,
    remove_empty,
    run,
    since,
    take_away,
    tar,
    unit,
    users,
    walked,
    write,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.package_remains import (
    entries_here,
    forget_overrides,
    left_behind,
    overrides,
    paths_in_scripts,
    paths_of,
)  # fmt: skip

KEPT = Path("/var/lib/orch-kept")
MOST_PATHS = 20000
MOST_BYTES = 1 << 30
SYSTEM_ACCOUNTS = 1000
RUNS = ("active", "activating")


def main(arguments: list[str]) -> int:
    """One act; 0 when it is done, 1 where something could not be put back."""
    verb, release, deployment = arguments[:3]
    for name in (release, deployment):
        if not re.match(r"^[A-Za-z0-9][A-Za-z0-9._~+-]{0,150}$", name):
            return failed(f"{name!r} is no name: letters, digits and . _ ~ + - only")
    os.umask(0o077)
    home = KEPT / release / deployment
    if verb == "keep":
        return keep(home, json.loads(arguments[3]))
    if not home.is_dir():
        print("nothing was kept: the deployment did not begin here")
        return 0
    if verb == "went":
        return went(read(home / "state.json"), *arguments[3:5])
    return ACTS[verb](home, read(home / "state.json"))


def keep(home: Path, changes: State) -> int:
    """Write down what is here, unless this deployment did so before."""
    if home.is_dir():
        print(f"already kept in {home}")
        return 0
    unfinished = home.with_name(f".{home.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(0o700, parents=True)
    named = list(expanded(changes.get("files", []) + changes.get("folders", [])))
    trees = list(expanded(changes.get("trees", [])))
    every = sorted({*named, *(inner for tree in trees for inner in walked(tree))})
    items = {str(path): item(path) for path in every}
    if len(items) > MOST_PATHS or sum(each.get("size", 0) for each in items.values()) > MOST_BYTES:
        shutil.rmtree(unfinished)
        return failed(f"too much to keep: {len(items)} paths; name less of it in the list of changes")
    tar("--create", unfinished / "files.tar", [path for path in items if items[path]["type"] != "absent"])
    state = {
        "items": items,
        "trees": [str(tree) for tree in trees],
        "ancestors": sorted({str(above) for path in every for above in missing_above(path)}),
        "copies": [copy for path in every for copy in copies_of_ansible(path)],
        "packages": installed() if changes.get("packages") else None,
        "entries": entries_here() if changes.get("packages") else [],
        "overrides": sorted(overrides()),
        "users": users(),
        "groups": groups(),
        "passwords": {name: password(name) for name in changes.get("users", [])},
        "named_users": changes.get("users", []),
        "named_groups": changes.get("groups", []),
        "units": {name: unit(name) for name in changes.get("units", [])},
        "kernel": {name: parameter(name) for name in changes.get("kernel", [])},
        "earlier": beside(home),
    }
    write(unfinished / "state.json", state)
    unfinished.rename(home)
    print(f"kept in {home}")
    return 0


def note(home: Path, state: State) -> int:
    """Which packages and accounts the deployment brought is known only from now on, when others bring more."""
    packages_now = installed() if state["packages"] is not None else None
    now = {"packages": packages_now, "users": users(), "groups": groups()}
    if noted(home) == now:
        print(f"already noted in {home}")
        return 0
    write(home / "after.json", now)
    print(f"noted in {home}")
    return 0


def stop(home: Path, state: State) -> int:
    """What did not run before stands still while its files change; what is to go leaves no link behind."""
    later = [name for name in beside(home) if name not in (*state["earlier"], home.name)]
    if later:
        return failed(f"{', '.join(later)} came after this deployment: take that back first")
    for name, before in state["units"].items():
        now = unit(name)
        if now is None or before is None:
            continue
        if before["ActiveState"] not in RUNS and now["ActiveState"] in RUNS:
            run("systemctl", "stop", name)
            print(f"stopped {name}")
        if before["UnitFileState"] != "enabled" and now["UnitFileState"] == "enabled":
            run("systemctl", "disable", "--quiet", name)
            print(f"disabled {name}")
    return 0


def packages(home: Path, state: State) -> int:
    """Remove what came with the deployment, and bring back the versions that it replaced, where they can be had."""
    before = state["packages"]
    if before is None:
        return 0
    now, after = installed(), noted(home)
    known = after["packages"] if after else now
    came = sorted(name for name in now if name not in before and name in known)
    if came:
        people, teams = came_with_packages(state, after)
        brought = paths_of(came) | paths_in_scripts(came)
        remove(came)
        print(f"removed {' '.join(came)}")
        forget_overrides(overrides() - set(state["overrides"]))
        for path in left_behind(brought, state["entries"], paths_of(installed())):
            take_away(Path(path))
        for name in people:
            run("userdel", name, check=False)
        for name in sorted({*teams} & {*groups()}):
            run("groupdel", name, check=False)
    here = installed()
    differing = [
        name for name in sorted(before) if here.get(name) != before[name] and known.get(name) != before[name]
    ]
    left = [f"{name} {before[name]}" for name in differing if not install(name, before[name])]
    return failed(f"cannot be had any more: {', '.join(left)}") if left else 0


def went(state: State, packages: str, folder: str) -> int:
    """Whether a server that keeps data came with the deployment, and is gone with all of its data."""
    pattern = re.compile(f"({packages}):.*")
    before = sorted(filter(pattern.fullmatch, state["packages"] or installed()))
    if before:
        return failed(
            f"{', '.join(before)} was here before: what the deployment changed in its data is not undone"
        )
    if Path(folder).exists():
        return failed(f"{folder} is still here, with what the deployment changed in it")
    print(f"nothing of it is left: its server came with the deployment, and went with {folder}")
    return 0


def came_with_packages(state: State, after: State | None) -> tuple[list[str], list[str]]:
    """System accounts and groups that the scripts of packages made."""
    made_users, made_groups = (after["users"], after["groups"]) if after else (users(), groups())
    people = [
        name
        for name, entry in made_users.items()
        if name not in state["users"] and entry[0] < SYSTEM_ACCOUNTS
    ]
    teams = [
        name
        for name, entry in made_groups.items()
        if name not in state["groups"] and entry[0] < SYSTEM_ACCOUNTS
    ]
    return [name for name in people if name in users()], teams


def paths(home: Path, state: State) -> int:
    """Take away what was not here, and put back what differs: content, mode, owner, attributes."""
    items = state["items"]
    came = [path for tree in state["trees"] for path in walked(Path(tree)) if str(path) not in items]
    came += [
        Path(copy) for path in items for copy in copies_of_ansible(Path(path)) if copy not in state["copies"]
    ]
    for path in reversed(came):
        take_away(path)
    differing = [path for path in sorted(items, reverse=True) if items[path] != item(Path(path))]
    for path in differing:
        if items[path]["type"] != item(Path(path))["type"]:
            take_away(Path(path))
    lost = sorted(path for path in differing if items[path]["type"] != "absent")
    if lost:
        tar("--extract", home / "files.tar", lost)
        write(home / "restored.json", lost)
    print("".join(f"restored {path}\n" for path in lost), end="")
    remove_empty(Path(name) for name in sorted(state["ancestors"], reverse=True))
    return 0


def kernel(home: Path, state: State) -> int:
    """Set the parameters to what they were."""
    for name, value in state["kernel"].items():
        if value is not None and parameter(name) != value:
            run("sysctl", "-q", "-w", f"{name}={value}")
            print(f"restored {name}")
    return 0


def accounts(home: Path, state: State) -> int:
    """Accounts that the playbook names: gone if they were not here, else as they were."""
    for name in state["named_users"]:
        before, now = state["users"].get(name), users().get(name)
        if before is None and now is not None:
            run("userdel", name)
            print(f"removed user {name}")
        elif before is not None and now is not None:
            put_back_user(name, before, now, state)
    for name in state["named_groups"]:
        if name not in state["groups"] and name in groups():
            run("groupdel", name)
            print(f"removed group {name}")
    return 0


def put_back_user(name: str, before: list[Any], now: list[Any], state: State) -> None:
    """An account with its entry, its password and its groups."""
    if before != now:
        uid, gid, comment, folder, shell = map(str, before)
        run(
            "usermod",
            "--uid",
            uid,
            "--gid",
            gid,
            "--comment",
            comment,
            "--home",
            folder,
            "--shell",
            shell,
            name,
        )
        print(f"restored user {name}")
    was = state["passwords"].get(name)
    if was is not None and was != password(name):
        run("usermod", "--password", was, name)
        print(f"restored the password of {name}")
    present = groups()
    for group, (_, members) in state["groups"].items():
        if group in present and (name in members) != (name in present[group][1]):
            run("gpasswd", "--add" if name in members else "--delete", name, group)
            print(f"restored {name} in {group}")


def start(home: Path, state: State) -> int:
    """Units as they were: last, so that they run what was put back."""
    if not state["units"] or shutil.which("systemctl") is None:
        return 0
    run("systemctl", "daemon-reload")
    kept_at = (home / "state.json").stat().st_mtime
    for name, before in state["units"].items():
        if before is not None:
            start_unit(name, before, restored=(home / "restored.json").exists(), kept_at=kept_at)
    return 0


def start_unit(name: str, before: State, *, restored: bool, kept_at: float) -> None:
    """One unit: its failure forgotten, enabled or not, and running what is here now."""
    now = unmasked(name, before)
    if before["UnitFileState"].startswith("masked"):
        return
    if now["ActiveState"] == "failed" and before["ActiveState"] != "failed":
        run("systemctl", "reset-failed", name, check=False)
    if before["UnitFileState"] in ("enabled", "disabled") and now["UnitFileState"] != before["UnitFileState"]:
        run("systemctl", before["UnitFileState"][:-1], "--quiet", name)
        print(f"{before['UnitFileState']} {name}")
    if before["ActiveState"] == "active" and now["ActiveState"] != "active":
        run("systemctl", "start", name)
        print(f"started {name}")
    elif before["ActiveState"] == "active" and (restored or since(name) > kept_at):
        run("systemctl", "restart", name)
        print(f"restarted {name}")


def unmasked(name: str, before: State) -> State:
    """What systemd says of a unit, masked or not as it was before."""
    now = unit(name) or {}
    was, is_now = before["UnitFileState"].startswith("masked"), now["UnitFileState"].startswith("masked")
    if was == is_now:
        return now
    run("systemctl", "mask" if was else "unmask", "--quiet", name)
    print(f"enabled {name}: no longer masked" if is_now else f"disabled {name}: masked again")
    return unit(name) or {}


def forget(home: Path, state: State) -> int:
    """What was kept goes, and with it the last trace of the deployment."""
    unfinished = home.with_name(f".{home.name}")
    home.rename(unfinished)
    shutil.rmtree(unfinished)
    remove_empty([home.parent, KEPT])
    print("restored what was here before")
    return 0


ACTS = {act.__name__: act for act in (note, stop, packages, paths, kernel, accounts, start, forget)}


def beside(home: Path) -> list[str]:
    """The deployments of this release that something is kept of."""
    return sorted(entry.name for entry in home.parent.iterdir() if not entry.name.startswith("."))


def noted(home: Path) -> State | None:
    """What was there after the deployment, where it ran to its end."""
    return read(home / "after.json") if (home / "after.json").exists() else None


def failed(sentence: str) -> int:
    """Said where Ansible shows it."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
