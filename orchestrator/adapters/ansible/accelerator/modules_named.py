"""Which of Ansible's modules the files of a project name, as far as that can be seen without reading them as YAML.

It decides what is looked into ahead of runs, and nothing else: a module that is not found here a run looks into itself, and one
that is found and not used costs some hundredths of a second.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_ENDS = (".yml", ".yaml", ".json")
_MOST_FILES = 2000
_MOST_BYTES = 1 << 20
"""Of one file: one that is longer is no playbook."""
_KEY = re.compile(rb"""["']?\b(?:ansible\.(?:builtin|legacy)\.)?([a-z][a-z0-9_]+)["']?\s*:""")
_BY_NAME = re.compile(
    rb"\b(?:action|local_action|module)[ \t]*:[ \t]*(?:ansible\.(?:builtin|legacy)\.)?([a-z][a-z0-9_]+)"
)
_OURS = re.compile(rb"^orch\s*:", re.MULTILINE)
"""In release plans and other documents of orch, `roles` are people's."""
_FROM_ELSEWHERE = frozenset({b"roles", b"include_role", b"import_role", b"collections"})
"""Where these are, tasks can be in folders that are not the project's."""
_ALWAYS = ("setup", "stat")
_ALSO = {
    "template": ("copy", "file"),
    "copy": ("file",),
    "assemble": ("copy", "file"),
    "shell": ("command",),
    "package": ("apt",),
    "service": ("systemd",),
    "fetch": ("slurp",),
    "reboot": ("command",),
}
"""What actions run on hosts beside, or instead of, the module of their name."""


def modules_named(project: Path, modules: Path) -> tuple[str, ...] | None:
    """The names, of those that have a file in the folder `modules`; None where tasks can be outside of the project."""
    named = set(_ALWAYS)
    for number, path in enumerate(_texts(project)):
        if number >= _MOST_FILES:
            return None
        keys = _words(path)
        if keys & _FROM_ELSEWHERE:
            return None
        named |= {key.decode("ascii") for key in keys}
    for name in sorted(named & _ALSO.keys()):
        named.update(_ALSO[name])
    return tuple(sorted(name for name in named if _runs_on_hosts(modules / f"{name}.py")))


def _runs_on_hosts(module: Path) -> bool:
    """Whether there is more in the file than the documentation of an action."""
    try:
        return b"AnsibleModule(" in module.read_bytes()
    except OSError:
        return False


def _texts(project: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(project):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(_ENDS))


def _words(path: Path) -> set[bytes]:
    """What may name a module in a file; nothing of one that cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES)
    except OSError:
        return set()
    return set() if _OURS.search(text) else {*_KEY.findall(text), *_BY_NAME.findall(text)}
