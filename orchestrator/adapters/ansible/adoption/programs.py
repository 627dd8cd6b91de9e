"""Programs that playbooks run by `command`, with what they change: enough of each to keep it before and put it back."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from orchestrator.domain.adoption.tree_reading import ThingKind
from orchestrator.domain.text.unit_name import unit_name

Thing = tuple[ThingKind, str]
_SHELL = re.compile(r"[|&;<>$`(){}*?\n]")
_APACHE = ("apachectl", "apache2ctl", "httpd")
_UNIT_VERBS = frozenset({"disable", "enable", "mask", "restart", "start", "stop", "try-restart", "unmask"})
_NOTHING: Mapping[str, tuple[str, ...]] = {
    "apt-get": ("update",),
    "exportfs": (),
    "named-checkconf": (),
    "nginx": ("-t", "-s"),
    "pg_ctl": ("reload",),
    "postfix": ("check", "reload"),
    "rndc": ("reload", "reconfig"),
    "sleep": (),
    "sshd": ("-t", "-T"),
    "sysctl": ("-p", "--system", "--load"),
    "systemctl": (
        "daemon-reexec",
        "daemon-reload",
        "is-active",
        "is-enabled",
        "reload",
        "reset-failed",
        "status",
    ),
    "systemd-analyze": (),
    "true": (),
    "udevadm": (),
    "visudo": ("-c", "-cf"),
    **dict.fromkeys(_APACHE, ("configtest", "-t", "graceful")),
}
"""Programs that read, or have a service read, what stands in files, with the first words by which they do; none: always."""


class Program(NamedTuple):
    """What a command line changes. No things: nothing that lasts, as its files are put back by themselves."""

    name: str
    things: tuple[Thing, ...]


def program_of(command: str) -> Program | None:
    """The program and what it changes; None for one that is not known, and for more than one program."""
    if _SHELL.search(command):
        return None
    try:
        name, *words = shlex.split(command)
    except ValueError:
        return None
    name = posixpath.basename(name)
    first = words[0] if words else ""
    if name in _NOTHING and (not _NOTHING[name] or first in _NOTHING[name]):
        return Program(name, ())
    act = _CHANGES.get(name)
    things = tuple(act(words)) if act else ()
    return Program(name, things) if things else None


def _of_apache(folder: str, kind: str) -> Callable[[list[str]], Iterable[Thing]]:
    """a2enmod and its like: links, and a note of who wanted them."""

    def things(words: list[str]) -> Iterable[Thing]:
        named = [word for word in words if not word.startswith("-")]
        ends = (".load", ".conf") if kind == "module" else (".conf",)
        yield from (
            ("file", f"/etc/apache2/{folder}/{name.removesuffix('.conf')}{end}")
            for name in named
            for end in ends
        )
        if named:
            yield "tree", f"/var/lib/apache2/{kind}"

    return things


def _postmap(words: list[str]) -> Iterable[Thing]:
    for word in words:
        kind, _, path = word.rpartition(":")
        if path.startswith("/"):
            yield "file", f"{path}.lmdb" if kind == "lmdb" else f"{path}.db"


def _initdb(words: list[str]) -> Iterable[Thing]:
    """`-D FOLDER`, `--pgdata=FOLDER`."""
    named = [after for word, after in pairwise(words) if word in ("-D", "--pgdata")]
    named += [word.partition("=")[2] for word in words if word.startswith("--pgdata=")]
    yield from (("tree", path) for path in named if path.startswith("/"))


def _newaliases(_words: list[str]) -> Iterable[Thing]:
    yield "file", "/etc/aliases.db"


def _systemctl(words: list[str]) -> Iterable[Thing]:
    named = [word for word in words if not word.startswith("-")]
    if "--user" not in words and named and named[0] in _UNIT_VERBS:
        yield from (("unit", unit_name(name)) for name in named[1:])


def _locale_gen(_words: list[str]) -> Iterable[Thing]:
    yield from (("file", "/etc/locale.gen"), ("file", "/usr/lib/locale/locale-archive"))


def _grub(_words: list[str]) -> Iterable[Thing]:
    yield "file", "/boot/grub/grub.cfg"


def _certificates(_words: list[str]) -> Iterable[Thing]:
    yield "tree", "/etc/ssl/certs"


def _debconf(_words: list[str]) -> Iterable[Thing]:
    yield "tree", "/var/cache/debconf"


_CHANGES: Mapping[str, Callable[[list[str]], Iterable[Thing]]] = {
    "a2disconf": _of_apache("conf-enabled", "conf"),
    "a2dismod": _of_apache("mods-enabled", "module"),
    "a2dissite": _of_apache("sites-enabled", "site"),
    "a2enconf": _of_apache("conf-enabled", "conf"),
    "a2enmod": _of_apache("mods-enabled", "module"),
    "a2ensite": _of_apache("sites-enabled", "site"),
    "debconf-set-selections": _debconf,
    "initdb": _initdb,
    "locale-gen": _locale_gen,
    "newaliases": _newaliases,
    "postalias": _postmap,
    "postmap": _postmap,
    "systemctl": _systemctl,
    "update-ca-certificates": _certificates,
    "update-grub": _grub,
}
