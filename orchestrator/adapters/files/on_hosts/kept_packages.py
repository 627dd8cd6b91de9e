"""Packages as they were, and what they brought. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201, UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Iterable, List, Sequence

from orchestrator.adapters.files.on_hosts.host_state import (
    State,
    by_dpkg,
    ended,
    failed,
    groups,
    noted,
    run,
    users,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.kept_rpms import (
    as_rpm_names,
    configuration_of,
    install_rpm,
    paths_of_rpms,
    put_back_saved,
    remove_newer,
    remove_rpms,
    rpms,
    saved_files,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.package_remains import (
    forget_overrides,
    left_behind,
    overrides,
    overrides_of,
    paths_in_scripts,
    paths_of,
)  # fmt: skip
from orchestrator.adapters.files.on_hosts.paths_here import take_away

SYSTEM_ACCOUNTS = 1000


def packages(home: Path, state: State) -> int:
    """Remove what came with the deployment, and bring back the versions that it replaced, where they can be had."""
    before = state["packages"]
    if before is None:
        return 0
    now, after = installed(), noted(home)
    known = after["packages"] if after else now
    came = sorted(name for name in now if name not in before and name in known)
    configuration = configuration_that_came(came, now, after)
    saved = after.get("saved", []) if after else saved_files()
    left = take_packages_away(came, state, after) if came else []
    # Of these only the configuration was here.
    again = [name for name in now if was_removed(before.get(name)) and not was_removed(now[name])]
    if again:
        remove(sorted(again), "remove")
        print(f"removed {' '.join(sorted(again))}")
    here = installed()
    differing = [
        name
        for name in sorted(before)
        if here.get(name) != before[name]
        and known.get(name) != before[name]
        and not was_removed(before[name])
    ]
    lost = [f"{name} {before[name]}" for name in differing if not install(name, before[name])]
    if lost:
        left.append(f"cannot be had any more: {', '.join(lost)}")
    if not by_dpkg():
        remove_newer(before, known)
        configuration += configuration_of(
            [each for name in differing for each in as_rpm_names(name, before[name])]
        )
        put_back_saved(configuration, state.get("saved"), saved)
    still = sorted({*came} & {*installed()}) if came else []
    if still:
        left.append(f"still here: {', '.join(still)}")
    return failed("; ".join(left)) if left else 0


def take_packages_away(came: List[str], state: State, after: State | None) -> List[str]:
    """Packages, with what they or their scripts made; why something of that stays."""
    people, teams = came_with_packages(state, after)
    here = installed()
    known_as = came if by_dpkg() else [each for name in came for each in as_rpm_names(name, here[name])]
    brought = paths_of(known_as) | paths_in_scripts(known_as)
    if by_dpkg():
        remove(came)
    else:
        remove_rpms(known_as)
    print(f"removed {' '.join(came)}")
    forget_overrides(overrides_of(brought, overrides() - set(state["overrides"])))
    owned = paths_of([*installed()]) if by_dpkg() else paths_of_rpms(None)
    behind = left_behind(brought, state["entries"], owned, looked=state.get("looked"))
    left = [why for path in behind for why in [take_away(Path(path))] if why]
    for name in people:
        run("userdel", name, check=False)
    for name in sorted({*teams} & {*groups()}):
        run("groupdel", name, check=False)
    return left


def configuration_that_came(came: Sequence[str], now: State, after: State | None) -> List[str]:
    """The files of configuration of packages that came, beside which rpm saves what it replaces; none of dpkg's."""
    if by_dpkg():
        return []
    listed: List[str] = (after or {}).get("configuration", [])
    known_as = [each for name in came for each in as_rpm_names(name, now[name])]
    return listed + configuration_of(known_as)


def was_removed(state: str | None) -> bool:
    """Whether only the configuration of a package is there."""
    return state is not None and state.endswith(" config-files")


def went(state: State, packages: str, *folders: str) -> int:
    """Whether a server that keeps data came with the deployment, and is gone with all of its data."""
    pattern = re.compile(f"({packages})[:.].*")
    before = sorted(filter(pattern.fullmatch, state["packages"] or installed()))
    if before:
        return failed(
            f"{', '.join(before)} was here before: what the deployment changed in its data is not undone"
        )
    left = [folder for folder in folders if Path(folder).exists()]
    if left:
        return failed(f"{', '.join(left)} is still here, with what the deployment changed in it")
    print(
        f"nothing of it is left: its server came with the deployment, and went with {' and '.join(folders)}"
    )
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


def installed() -> State:
    """Packages with their versions; those of which only configuration is left count as well."""
    if not by_dpkg():
        return rpms() if shutil.which("rpm") else {}
    form = "${Package}:${Architecture}\t${Version}\t${Status}\n"
    rows = [line.split("\t") for line in run("dpkg-query", "--show", "--showformat", form).splitlines()]
    states = {row[0]: (row[1], row[2].split()[-1]) for row in rows}
    return {
        name: f"{version} {state}" for name, (version, state) in states.items() if state != "not-installed"
    }


def remove(names: List[str], how: str = "purge") -> None:
    """With their configuration. They were not here before, so neither a hold nor their importance keeps them.

    Nothing else goes along: neither what needs them, nor what nothing else needs any more.
    """
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    words = ["--no-auto-remove", "--allow-remove-essential", "--allow-change-held-packages", how, *names]
    native = run("dpkg", "--print-architecture").strip()
    along = removed_along(run("apt-get", "--simulate", *words), names, native)
    if along:
        raise SystemExit(f"their removal would also take what was here before: {', '.join(along)}")
    run("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=120", *words)


def removed_along(simulated: str, names: Iterable[str], native: str) -> List[str]:
    """The packages that apt-get would remove beside these, by what it says it would do.

    It names the architecture of those that are not `native`.
    """
    own = {
        name if kind not in (native, "all") else bare
        for name in names
        for bare, _, kind in [name.partition(":")]
    }
    lines = [line.split() for line in simulated.splitlines()]
    gone = {line[1] for line in lines if line[:1] in (["Remv"], ["Purg"])}
    return sorted(gone - own - {f"{name}:{native}" for name in own})


def install(name: str, version: str) -> bool:
    """Whether this version could be had again."""
    if not by_dpkg():
        return install_rpm(name, version)
    number = version.split(maxsplit=1)[0]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    done = ended(["apt-get", "--yes", "--allow-downgrades", "install", f"{name}={number}"])
    if done.returncode == 0:
        print(f"restored {name} {number}")
    return done.returncode == 0
