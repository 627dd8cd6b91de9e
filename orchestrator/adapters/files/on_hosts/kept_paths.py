"""Paths as they were. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.on_hosts.host_state import State, failed, noted, write
from orchestrator.adapters.files.on_hosts.paths_here import (
    copies_of_ansible,
    item,
    lies_in,
    mounted,
    real_place,
    remove_empty,
    take_away,
    tar,
    walked,
)  # fmt: skip


def misnamed(names: Iterable[str]) -> list[str]:
    """Those that lead nobody knows where: they are relative, or go up."""
    paths = [(name, os.path.expanduser(name)) for name in names]  # noqa: PTH111 (fails without the account)
    return [
        name
        for name, there in paths
        if not there.startswith(("/", "~")) or ".." in Path(there).parts or "\0" in there
    ]


def where_kept(paths: Iterable[str]) -> State:
    """Where the folders of these paths are, links followed, and what is mounted."""
    parents = {str(Path(path).parent) for path in paths}
    return {"places": {name: os.path.realpath(name) for name in sorted(parents)}, "mounts": mounted()}


def paths(home: Path, state: State) -> int:
    """Take away what was not here, and put back what differs: content, mode, owner, attributes.

    What is not where it was kept is not touched: a link above it leads elsewhere now, or something is mounted over it. Nor is
    what came, or was made something else, after the deployment was over. Outermost first: others lie behind links.
    """
    items, after, mounts = state["items"], (noted(home) or {}).get("types"), new_mounts(state)
    left = {
        path: why for path in sorted(items) for why in [put_in_place(home, state, path, after, mounts)] if why
    }
    came = [path for tree in state["trees"] for path in came_in(Path(tree), state, mounts)]
    came += [
        Path(copy)
        for path in items
        if not elsewhere(path, state, mounts)
        for copy in copies_of_ansible(Path(path))
        if copy not in state["copies"]
    ]
    left.update({str(path): why for path in reversed(came) for why in [take_away(path)] if why})
    differing = [path for path in sorted(items) if path not in left and items[path] != item(Path(path))]
    lost = [path for path in differing if items[path]["type"] != "absent"]
    if lost:
        tar("--extract", home / "files.tar", lost)
        write(home / "restored.json", lost)
    print("".join(f"restored {path}\n" for path in lost), end="")
    remove_empty(Path(name) for name in sorted(state["ancestors"], reverse=True))
    left.update({place: f"{place} was not mounted before" for place in mounts if in_trees(place, state)})
    return failed("; ".join(sorted(set(left.values())))) if left else 0


def put_in_place(home: Path, state: State, path: str, after: State | None, mounts: list[str]) -> str:
    """Take away what is of another kind than it was, and put a link back at once; why not, where that may not be done."""
    was, now = state["items"][path], item(Path(path))
    if was == now:
        return ""
    why = elsewhere(path, state, mounts)
    if why or (was["type"] == now["type"] and was.get("target") == now.get("target")):
        return why
    if now["type"] != "absent":
        then = (after or {}).get(path, now["type"])
        if then != now["type"]:
            came = "came" if then == "absent" else f"was made a {now['type']}"
            return f"{path} {came} after the deployment was over: it is not the release's"
        why = take_away(Path(path))
    if not why and was["type"] == "link":
        tar("--extract", home / "files.tar", [path])
        print(f"restored {path}")
    return why


def elsewhere(path: str, state: State, mounts: list[str]) -> str:
    """Why a path is not the one that was kept; empty where it is. What an older program kept says nothing of it."""
    here = real_place(Path(path))
    kept = state.get("places", {}).get(str(Path(path).parent))
    if kept is not None and kept != str(Path(here).parent):
        return f"{path} is not where it was: {Path(path).parent} leads to {Path(here).parent} now"
    over = [place for place in mounts if lies_in(here, place)]
    return f"{path} is not what it was: {over[0]} was not mounted before" if over else ""


def came_in(tree: Path, state: State, mounts: list[str]) -> list[Path]:
    """What is in a folder and was not, without what has been mounted there since."""
    if elsewhere(str(tree), state, mounts):
        return []
    return [
        path
        for path in walked(tree)
        if str(path) not in state["items"] and not any(lies_in(real_place(path), place) for place in mounts)
    ]


def in_trees(place: str, state: State) -> bool:
    """Whether it lies in one of the folders of which everything is kept."""
    return any(lies_in(place, real_place(Path(tree))) for tree in state["trees"])


def new_mounts(state: State) -> list[str]:
    """What has been mounted since."""
    return sorted({*mounted()} - {*state["mounts"]}) if "mounts" in state else []
