"""Which collections and roles outside of the project the runs of a plan use, found by reading: they are digested as they are.

A collection is used where a file that a run loads has its name in front of a plugin's (`community.general.ufw`), where a
task has a short name that Ansible redirects to it, where Ansible opened a file of it for the check, and where another
one that is used depends on it.
"""

import json
import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.tree_check.outside import (
    Grounds,
    collection_roots,
    given_of,
    roles_installed,
)
from orchestrator.adapters.ansible.tree_check.playbook_files import PlaybookFiles, mapping_in
from orchestrator.domain.plan.installed import InstalledPart

_NAMED = re.compile(r"\b([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)\b")
_SHORT = {
    "filter": re.compile(r"\|\s*([a-z_]\w*)"),
    "lookup": re.compile(r"\b(?:lookup|query|q)\(\s*[\"']([a-z_]\w*)[\"']|\bwith_(\w+)\s*:"),
    "test": re.compile(r"\bis\s+(?:not\s+)?([a-z_]\w*)"),
    "connection": re.compile(r"\b(?:ansible_)?connection\s*[:=]\s*[\"']?(\w+)"),
    "become": re.compile(r"\b(?:ansible_)?become_method\s*[:=]\s*[\"']?(\w+)"),
    "inventory": re.compile(r"^plugin\s*:\s*[\"']?(\w+)", re.MULTILINE),
    "callback": re.compile(r"\b(?:stdout_callback|callbacks?_enabled)\s*=\s*(\w+)"),
}
"""How files name plugins of each kind by a short name."""
_TASKS = ("modules", "action")
_KIND = re.compile(r"^  (\w+):\n((?:(?!  \w).*\n)*)", re.MULTILINE)
_REDIRECT = re.compile(
    r"^    (\w+):\n(?:      (?!redirect).*\n)*?      redirect: (\w+)\.(\w+)\.", re.MULTILINE
)
_MANIFEST = "MANIFEST.json"
_LARGEST = 1_000_000


class _Collection(NamedTuple):
    name: str
    place: Path


def installed_parts(
    playbooks: Sequence[Path],
    texts: Iterable[str],
    grounds: Grounds,
    roles: Sequence[Path],
    opened: Sequence[str],
) -> list[InstalledPart]:
    """Each once, the roles first. `texts`: of all files that a run can load. `opened`: what Ansible opened for the check."""
    files = [PlaybookFiles(playbook, grounds.project, roles) for playbook in playbooks]
    tasks = [task for each in files for _, tasks in each.plays() for task in tasks]
    parts = [_role(role) for each in files for role in roles_installed(grounds, each.roles)]
    available = _available(playbooks, grounds)
    if available:
        names = {short_name(str(key)) for task in tasks for key in task.keys}
        used = {*_in_texts(texts, available, names), *_opened(opened, available)}
        parts += [_part(available[name]) for name in sorted(_with_dependencies(used, available))]
    return list(dict.fromkeys(parts))


def _available(playbooks: Sequence[Path], grounds: Grounds) -> dict[str, _Collection]:
    """The collections outside of the project that Ansible would take, by name: the first place that has one counts."""
    first: dict[str, _Collection] = {}
    for root in dict.fromkeys(
        root for playbook in playbooks for root in collection_roots(grounds, playbook.parent)
    ):
        for place in sorted(root.glob("*/*")):
            if place.is_dir() and _NAMED.fullmatch(name := f"{place.parent.name}.{place.name}"):
                first.setdefault(name, _Collection(name, place))
    return {
        name: each
        for name, each in first.items()
        if not (grounds.in_project(each.place) or grounds.has(each.place, given_of(each.place, grounds)))
    }


def _in_texts(texts: Iterable[str], available: Mapping[str, _Collection], actions: set[str]) -> Iterator[str]:
    short = {(kind, name) for kind in _TASKS for name in actions}
    for text in texts:
        yield from (name for match in _NAMED.finditer(text) if (name := match[0]) in available)
        for kind, pattern in _SHORT.items():
            short.update((kind, word) for match in pattern.finditer(text) for word in match.groups() if word)
    redirects = _redirects()
    yield from (name for word in short if (name := redirects.get(word, "")) in available)


def _opened(opened: Iterable[str], available: Mapping[str, _Collection]) -> Iterator[str]:
    for path in opened:
        yield from (each.name for each in available.values() if path.startswith(f"{each.place}/"))


def _with_dependencies(used: Iterable[str], available: Mapping[str, _Collection]) -> set[str]:
    whole: set[str] = set()
    ahead = list(used)
    while ahead:
        name = ahead.pop()
        if name not in whole and name in available:
            whole.add(name)
            needed = _about(available[name].place).get("dependencies")
            ahead += list(needed) if isinstance(needed, dict) else []
    return whole


def _part(collection: _Collection) -> InstalledPart:
    version = _about(collection.place).get("version")
    return InstalledPart(
        kind="collection",
        name=collection.name,
        version=_short_word(version),
        place=os.path.normpath(collection.place),
    )


def _role(place: Path) -> InstalledPart:
    version = _short_word(mapping_in(place / "meta/.galaxy_install_info").get("version"))
    return InstalledPart(kind="role", name=place.name, version=version, place=os.path.normpath(place))


def _short_word(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[\w.+-]{1,40}", value) else ""


def _about(place: Path) -> dict[str, Any]:
    """What a collection says of itself: its manifest as it was installed, or its source's galaxy.yml."""
    try:
        manifest = place / _MANIFEST
        if manifest.is_file() and manifest.stat().st_size <= _LARGEST:
            about = json.loads(manifest.read_bytes()).get("collection_info")
            return about if isinstance(about, dict) else {}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    return mapping_in(place / "galaxy.yml")


@cache
def _redirects() -> dict[tuple[str, str], str]:
    """The collection to which Ansible redirects a short name, by the kind of the plugin."""
    package = find_spec("ansible")
    if package is None or package.origin is None:
        return {}
    text = (Path(package.origin).parent / "config/ansible_builtin_runtime.yml").read_text("utf-8")
    return {
        (kind[1], each[1]): f"{each[2]}.{each[3]}"
        for kind in _KIND.finditer(text)
        for each in _REDIRECT.finditer(kind[2])
    }


def words_of_settings(project: Path) -> str:
    """The values of ansible.cfg, in which callbacks, strategies and connections are named."""
    return "\n".join(f"{option} = {value}" for (_, option), value in configuration(project).items())
