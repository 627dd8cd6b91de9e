"""Keeps what a host had before a deployment, and puts it back. Written by `orch init`; sent to the hosts by the playbooks.

    what_was_here.py keep   RELEASE DEPLOYMENT CHANGES   before the deployment: CHANGES is JSON, what it is going to change
    what_was_here.py note   RELEASE DEPLOYMENT           after it: which packages and accounts there are now
    what_was_here.py went   RELEASE DEPLOYMENT PACKAGES FOLDER...   whether a server came, and is gone with its data
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

from orchestrator.adapters.files.on_hosts.host_state import (
    State,
    failed,
    groups,
    noted,
    parameter,
    password,
    read,
    run,
    since,
    unit,
    users,
    write,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.kept_accounts import accounts
from orchestrator.adapters.files.on_hosts.kept_packages import (
    configuration_that_came,
    installed,
    packages,
    went,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.kept_paths import misnamed, paths, where_kept
from orchestrator.adapters.files.on_hosts.kept_rpms import saved_files
from orchestrator.adapters.files.on_hosts.package_remains import entries_here, looked_into, overrides
from orchestrator.adapters.files.on_hosts.paths_here import (
    copies_of_ansible,
    expanded,
    item,
    kind_of,
    missing_above,
    remove_empty,
    tar,
    walked,
)  # fmt: skip

KEPT = Path("/var/lib/orch-kept")
MOST_PATHS = 20000
MOST_BYTES = 1 << 30
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
        return went(read(home / "state.json"), *arguments[3:])
    return ACTS[verb](home, read(home / "state.json"))


def keep(home: Path, changes: State) -> int:
    """Write down what is here, unless this deployment did so before."""
    if home.is_dir():
        print(f"already kept in {home}")
        return 0
    listed = [*changes.get("files", []), *changes.get("folders", []), *changes.get("trees", [])]
    wrong = misnamed(listed)
    if wrong:
        return failed(
            f"no whole paths without ..: {', '.join(map(repr, wrong))}; correct the list of changes"
        )
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
        **where_kept(items),
        "trees": [str(tree) for tree in trees],
        "ancestors": sorted({str(above) for path in every for above in missing_above(path)}),
        "copies": [copy for path in every for copy in copies_of_ansible(path)],
        "packages": installed() if changes.get("packages") else None,
        "entries": entries_here() if changes.get("packages") else [],
        "looked": looked_into() if changes.get("packages") else [],
        "saved": saved_files() if changes.get("packages") else [],
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
    """Which packages, accounts and paths the deployment brought is known only from now on, when others bring more."""
    packages_now = installed() if state["packages"] is not None else None
    types = {path: kind_of(Path(path)) for path in state["items"]}
    now: State = {"packages": packages_now, "users": users(), "groups": groups(), "types": types}
    if packages_now is not None:
        came = [name for name in packages_now if name not in state["packages"]]
        now.update(saved=saved_files(), configuration=configuration_that_came(came, packages_now, None))
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


def kernel(home: Path, state: State) -> int:
    """Set the parameters to what they were."""
    for name, value in state["kernel"].items():
        if value is not None and parameter(name) != value:
            run("sysctl", "-q", "-w", f"{name}={value}")
            print(f"restored {name}")
    return 0


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


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError) as fault:
        sys.exit(failed(f"it could not go on: {fault}"))
