"""What one task changes, and whether that can be kept before it and put back after it.

The table of modules is the one by which runs say what they changed (in_run/module_table.py); here a task is asked by its text.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.ansible.adoption.databases import data_server
from orchestrator.adapters.ansible.adoption.programs import Program, program_of
from orchestrator.adapters.ansible.adoption.task_text import TaskText
from orchestrator.adapters.ansible.adoption.variables import Loops, Variables
from orchestrator.adapters.ansible.in_run.module_table import NEVER, RULES, SETTLES, UNNAMED, things_changed
from orchestrator.domain.adoption.tree_reading import Change, Claim, Gap, Origin, ThingKind

Found = Change | Gap | Claim
_ALIASES = {name.rpartition(".")[2]: name for name in RULES if "." in name} | {"yum": "dnf", "zypper": "dnf"}
"""Modules of collections by the names that they had before there were collections."""
_NAMED_OR_NOTHING = frozenset(
    {"systemd", "systemd_service", "service", "uri", "apt", "dnf", "package", "tempfile"}
)
"""Modules that change nothing that is put back where they name nothing: a reload of systemd, a request, a place in /tmp."""
_NO = ("false", "no", "off", "0")
_NEEDS_NOTHING = frozenset({"package_index", "reboot", "password"})
_UNDONE: dict[str, ThingKind] = {
    "file": "file",
    "link": "file",
    "tree": "tree",
    "unit": "unit",
    "user": "user",
    "group": "group",
    "sysctl": "sysctl",
    "package": "package",
    "crontab": "file",
}
_CRONTABS = ("/var/spool/cron/crontabs/{0}", "/var/spool/cron/{0}")
"""Debian's place, and that of Red Hat: the one that is not there stays absent."""
_SHARED = frozenset(
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
_OUTER = re.compile(r"\{\{|\{%")
_OTHERS_THAT_CHANGE_NOTHING = frozenset(
    {"mail", "slack", "ansible.builtin.async_status", SETTLES, "set_stats", "wait_for_connection"}
)


def found_in(
    task: TaskText, variables: Variables, origin: Origin, *, certain: bool, looks: bool, folder: bool
) -> Iterator[Found]:
    """What a task changes, one finding for each thing.

    `looks`: the task says of itself that it changes nothing. `folder`: its `src` is a folder of the project.
    """
    module = _ALIASES.get(task.module, task.module)
    if task.module in NEVER or task.module in _OTHERS_THAT_CHANGE_NOTHING:
        return
    if task.module in UNNAMED:
        yield from _of_command(task, variables, origin, looks=looks)
    elif module in RULES:
        yield from _by_table(task, module, variables, origin, certain=certain, folder=folder)
    elif (server := data_server(module)) is not None:
        yield Change("folder", server.folder, origin)
        yield Claim(task.name, f"command: {server.item}", origin)
        yield Gap(
            f"what `{task.module}` changes in the data of a server that was here before", origin, (), server
        )
    elif not looks:
        yield Gap(f"what `{task.module}` changes is not known", origin)


def _by_table(
    task: TaskText, module: str, variables: Variables, origin: Origin, *, certain: bool, folder: bool
) -> Iterator[Found]:
    of_file = not folder and not str(task.arguments.get("src", "")).endswith("/")
    answer = {"checksum": "of a file"} if of_file else {}
    things: dict[tuple[str, str], tuple[dict[str, Any], bool]] = {}
    for arguments, single in _each(task, variables):
        if arguments is None:
            yield Gap("what it changes stands in a loop or a variable that only a run knows", origin)
            return
        for thing in things_changed(module, arguments, answer):
            if thing[0] != "unnamed" or not _is_left_empty(task.arguments, arguments):
                things.setdefault(thing, (arguments, single))
        yield from _of_account(module, arguments, origin)
    absolute = any(name.startswith("/") for _, name in things)
    for thing, (arguments, single) in things.items():
        # A value that is no whole path is meant for where another one is put together with it.
        if not (absolute and thing[0] in ("file", "tree", "link") and not thing[1].startswith(("/", "~"))):
            yield from _judged(*thing, arguments, origin, certain=certain and single)


def _is_left_empty(given: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether its name is a variable that every file leaves empty, as where a system has no such thing."""
    return any("{{" in str(given.get(key)) and arguments.get(key) == "" for key in _NAMING)


def _each(task: TaskText, variables: Variables) -> Iterator[tuple[dict[str, Any] | None, bool]]:
    """The arguments of each round with their values; None where a name is not certain. `single`: there was no choice."""
    for loops in _rounds(task, variables):
        choices = _choices(task.arguments, variables, loops)
        if not choices:
            # A package's name needs no reading: what came is seen on the host.
            yield ({"name": "*"} if task.module in _PACKAGES else None), False
        for each in choices:
            yield each, len(choices) == 1


def _rounds(task: TaskText, variables: Variables) -> list[Loops]:
    """The rounds of the task's own loop, within those of the includes around it."""
    rounds: list[Loops] = []
    for around in variables.rounds_around(task.arguments, task.loop):
        items = variables.items(task.loop, task.loop_kind, around) if task.loop_kind else [None]
        own: list[Loops] = [{}] if not task.loop_kind else [{task.loop_var: [each]} for each in items or []]
        rounds += [{**around, **each} for each in (own if items is not None else [{task.loop_var: None}])]
    return rounds


def _choices(given: Mapping[str, Any], variables: Variables, loops: Loops) -> list[dict[str, Any]]:
    """Every set of arguments that these may be; none where one that names something is not certain."""
    choices: list[dict[str, Any]] = [{}]
    for key, value in given.items():
        texts = _texts(value, variables, loops)
        if texts is None and key in _NAMING:
            return []
        choices = [{**each, key: text} for each in choices for text in texts or [""]]
        if len(choices) > _MOST_CHOICES:
            return []
    return choices


_MOST_CHOICES = 256
_PACKAGES = frozenset({"apt", "dnf", "dnf5", "yum", "package"})
_NAMING = frozenset(
    {
        *(
            "dest",
            "path",
            "name",
            "pkg",
            "package",
            "service",
            "unit",
            "user",
            "key",
            "cron_file",
            "virtualenv",
            "file",
        ),
        *("filename", "keyring", "link", "destfile", "sysctl_file", "keyfile"),
    }
)


def _texts(value: Any, variables: Variables, loops: Loops) -> list[Any] | None:
    """What one argument may be: texts, or lists of them."""
    if isinstance(value, Mapping) or value is None:
        return [""]
    if isinstance(value, list):
        several = [variables.texts(each, loops) for each in value]
        if any(each is None for each in several):
            return None
        return [[text for each in several for text in each or []]]
    values = variables.values(value, loops)
    lists = [each for each in values or [] if isinstance(each, list)]
    if not lists:
        return variables.texts(value, loops)
    inner = [_texts(each, variables, loops) for each in lists]
    return None if any(each is None for each in inner) else [text for each in inner for text in each or []]


def _judged(
    kind: str, name: str, arguments: Mapping[str, Any], origin: Origin, *, certain: bool
) -> Iterator[Found]:
    if kind in _NEEDS_NOTHING or (kind == "unnamed" and name in _NAMED_OR_NOTHING):
        return
    if kind == "unnamed" and name == "ansible.posix.authorized_key" and arguments.get("user"):
        return
    if kind not in _UNDONE:
        yield Gap(f"how the {kind.replace('_', ' ')} `{name}` is put back", origin)
        return
    if kind == "crontab":
        yield from (Change("file", place.format(name), origin) for place in _CRONTABS)
        return
    undone = _UNDONE[kind]
    if undone in ("file", "tree"):
        yield from _path(undone, name, arguments, origin, certain=certain)
        return
    if not name or _OUTER.search(name) or (name == "*" and kind != "package"):
        yield Gap(f"the name of the {kind} is not certain", origin)
        return
    yield Change(
        undone,
        name,
        origin,
        certain,
        str(arguments.get("state") or ""),
        enabled=str(arguments.get("enabled", "")).lower() in ("true", "yes"),
    )


def _path(
    kind: ThingKind, name: str, arguments: Mapping[str, Any], origin: Origin, *, certain: bool
) -> Iterator[Found]:
    name = posixpath.normpath(name) if name.startswith("/") else name
    folder = str(arguments.get("state")) == "directory"
    if _PASSES_BY.match(name):
        return
    of_account = re.match(r"~[a-z_][a-z0-9_-]*/.", name) is not None
    if not (name.startswith("/") or of_account) or (
        _OUTER.search(name) and "{{ inventory_hostname }}" not in name
    ):
        yield Gap(f"the path `{name}` is not certain" if name else "the path is not certain", origin)
    elif name in _SHARED:
        yield from _in_shared_folder(kind, name, arguments, origin, folder=folder)
    else:
        of_kind: ThingKind = "folder" if kind == "file" and folder else kind
        yield Change(of_kind, name, origin, certain and "{{" not in name, str(arguments.get("state") or ""))


def _in_shared_folder(
    kind: ThingKind, name: str, arguments: Mapping[str, Any], origin: Origin, *, folder: bool
) -> Iterator[Found]:
    """An archive that says by `creates` what it unpacks; a folder that is there anyway; else a gap."""
    above = name.rstrip("/") + "/"
    inside = str(arguments.get("creates") or "")
    if kind == "tree" and inside.startswith(above):
        yield Change("tree", above + inside.removeprefix(above).split("/")[0], origin)
    elif kind == "tree" or not folder:
        yield Gap(f"what of `{name}`, which others use as well, belongs to this release", origin)


def _of_account(module: str, arguments: Mapping[str, Any], origin: Origin) -> Iterator[Change]:
    """The home that `user` makes, unless told not to, and the file of the keys that log in to an account."""
    name = str(arguments.get("name") or arguments.get("user") or "")
    if module == "ansible.posix.authorized_key" and name and not arguments.get("path"):
        yield Change("file", f"~{name}/.ssh/authorized_keys", origin)
    makes = str(arguments.get("create_home", arguments.get("createhome", "true"))).lower() not in _NO
    home = str(arguments.get("home") or f"/home/{name}")
    is_home = home.startswith("/") and home not in _SHARED and home != "/nonexistent"
    if module == "user" and name and makes and is_home and str(arguments.get("state")) != "absent":
        yield Change("folder", home, origin)


def _of_command(task: TaskText, variables: Variables, origin: Origin, *, looks: bool) -> Iterator[Found]:
    if looks:
        return
    creates = task.arguments.get("creates")
    paths = variables.texts(creates) if isinstance(creates, str) else None
    certain = [
        posixpath.normpath(path) for path in paths or [] if path.startswith("/") and not _OUTER.search(path)
    ]
    if certain and not any(path in _SHARED for path in certain):
        for path in certain:
            yield Change("tree", path, origin)
            yield Claim(task.name, f"file: {path}", origin)
        return
    programs = _programs(task, variables)
    if programs is None:
        yield Gap(f"`{task.module}` runs a program: what that changes, and how it is undone", origin)
        return
    for kind, name in dict.fromkeys(thing for program in programs for thing in program.things):
        yield Change(kind, name, origin)
        yield Claim(task.name, f"{kind if kind == 'unit' else 'file'}: {name}", origin)
    if not any(program.things for program in programs):
        yield Claim(
            task.name, "", origin, f"{programs[0].name} makes a service read its files, or reads them itself"
        )


def _programs(task: TaskText, variables: Variables) -> list[Program] | None:
    """The programs that the rounds of a task run, where all of them are known."""
    argv = task.arguments.get("argv")
    words = " ".join(map(shlex.quote, map(str, argv))) if isinstance(argv, list) else task.free
    programs: list[Program | None] = []
    for loops in _rounds(task, variables):
        # In whichever folder the program is.
        words = _FOLDER_OF_PROGRAM.sub("", _WITHOUT_OPTIONS.sub("", words).strip())
        commands = variables.texts(words, loops)
        programs += [program_of(command) for command in commands] if commands else [None]
    known = [program for program in programs if program is not None]
    return known if known and len(known) == len(programs) else None


_FOLDER_OF_PROGRAM = re.compile(r"^\{\{[^{}]*\}\}/(?=[\w.-]+(?:\s|$))")
_WITHOUT_OPTIONS = re.compile(r"\b(?:chdir|removes|creates|executable|warn)=\S+")
