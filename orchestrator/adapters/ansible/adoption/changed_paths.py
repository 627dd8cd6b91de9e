"""Paths and accounts that a task changes, and which of them a release has for itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.domain.adoption.tree_reading import Change, Gap, Origin, ThingKind

SHARED = frozenset(
    {
        *(
            "/",
            "/bin",
            "/boot",
            "/dev",
            "/etc",
            "/home",
            "/lib",
            "/lib64",
            "/media",
            "/mnt",
            "/opt",
            "/proc",
            "/root",
        ),
        *(
            "/run",
            "/sbin",
            "/srv",
            "/sys",
            "/usr",
            "/usr/bin",
            "/usr/lib",
            "/usr/local",
            "/usr/local/bin",
        ),
        *(
            "/usr/local/lib",
            "/usr/local/sbin",
            "/usr/local/src",
            "/usr/sbin",
            "/usr/share",
            "/var",
            "/var/cache",
        ),
        *("/var/lib", "/var/log", "/var/spool", "/var/www"),
    }
)
"""Folders that no release has for itself: with all that is in them they can be neither kept nor compared."""
_PASSES_BY = re.compile(r"^/(?:proc|sys|dev|run|tmp|var/run|var/tmp|var/cache/apt)(?:/|$)")
TEMPLATE = re.compile(r"\{\{|\{%")
_NO = ("false", "no", "off", "0")


def of_path(
    kind: ThingKind, name: str, arguments: Mapping[str, Any], origin: Origin, *, certain: bool
) -> Iterator[Change | Gap]:
    """A file or folder that a task changes; none where it is in a place that nobody keeps."""
    name = posixpath.normpath(name) if name.startswith("/") else name
    folder = str(arguments.get("state")) == "directory"
    if _PASSES_BY.match(name):
        return
    of_account = re.match(r"~[a-z_][a-z0-9_-]*/.", name) is not None
    if not (name.startswith("/") or of_account) or (
        TEMPLATE.search(name) and "{{ inventory_hostname }}" not in name
    ):
        yield Gap(f"the path `{name}` is not certain" if name else "the path is not certain", origin)
    elif name in SHARED:
        yield from _in_shared_folder(kind, name, arguments, origin, folder=folder)
    else:
        of_kind: ThingKind = "folder" if kind == "file" and folder else kind
        yield Change(of_kind, name, origin, certain and "{{" not in name, str(arguments.get("state") or ""))


def _in_shared_folder(
    kind: ThingKind, name: str, arguments: Mapping[str, Any], origin: Origin, *, folder: bool
) -> Iterator[Change | Gap]:
    """An archive that says by `creates` what it unpacks; a folder that is there anyway; else a gap."""
    above = name.rstrip("/") + "/"
    inside = str(arguments.get("creates") or "")
    if kind == "tree" and inside.startswith(above):
        yield Change("tree", above + inside.removeprefix(above).split("/")[0], origin)
    elif kind == "tree" or not folder:
        yield Gap(f"what of `{name}`, which others use as well, belongs to this release", origin)


def of_account(module: str, arguments: Mapping[str, Any], origin: Origin) -> Iterator[Change]:
    """The home that `user` makes, unless told not to, and the file of the keys that log in to an account."""
    name = str(arguments.get("name") or arguments.get("user") or "")
    if module == "ansible.posix.authorized_key" and name and not arguments.get("path"):
        yield Change("file", f"~{name}/.ssh/authorized_keys", origin)
    makes = str(arguments.get("create_home", arguments.get("createhome", "true"))).lower() not in _NO
    home = str(arguments.get("home") or f"/home/{name}")
    is_home = home.startswith("/") and home not in SHARED and home != "/nonexistent"
    if module == "user" and name and makes and is_home and str(arguments.get("state")) != "absent":
        yield Change("folder", home, origin)
