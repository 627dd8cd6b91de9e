"""Accounts as they were. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201 - run as root on the hosts, also by old Pythons

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestrator.adapters.files.on_hosts.host_state import State, groups, password, run, users


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
