"""What the files of a tree read from the environment, of which a run sees little: without a word, the rest is empty there."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.ansible.in_run.actions import short_name
from orchestrator.adapters.ansible.settings import PASSED_ON
from orchestrator.adapters.ansible.tree_check.playbook_files import Item
from orchestrator.domain.plan.inspection import PlaybookFinding

_Q = r"""\\?["']{1,2}"""
"""A quotation mark, also as YAML writes one within quotation marks."""
_CALL = rf"\b(?:lookup|query|q)\(\s*{_Q}(?:ansible\.builtin\.)?"
_ENV = re.compile(rf"{_CALL}env{_Q}\s*((?:,[^)]*)?)")
_PIPE = re.compile(rf"{_CALL}pipe{_Q}\s*,\s*([^)]*)")
_WITH = re.compile(r"\bwith_(?:ansible\.builtin\.)?env\s*:[ \t]*([^\n]*)")
_EXPANDED = re.compile(r"([^\n{]*)\|\s*(?:ansible\.builtin\.)?expandvars\b")
_NAMED = re.compile(rf",\s*{_Q}([^\"'\\]+){_Q}")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SHELL = re.compile(r"(?<![\\\w$])\$\{?([A-Za-z_]\w*)")
_FACTS = re.compile(rf"\bansible_env\b|\bansible_facts(?:\.env\b|\[\s*{_Q}env{_Q}\s*\])")
_USER = re.compile(r"\b(?:ansible_(?:ssh_|become_|sudo_|su_)?user|remote_user|become_user)\s*[:=]")
_CONTROLLER = ("localhost", "127.0.0.1")
_SHELLS = ("shell", "command", "raw", "script", "local_action")
# Of a shell itself, or of Ansible's own making in every run.
_OF_A_SHELL = frozenset(
    {"PWD", "OLDPWD", "SHELL", "IFS", "RANDOM", "SECONDS", "LINENO", "PPID", "UID", "EUID", "HOSTNAME"}
)


class Reading(NamedTuple):
    """One place that reads the environment: its line, how it reads, and the name; empty for one that a template makes."""

    line: int
    kind: str
    name: str
    decides_user: bool = False


def readings(text: str) -> Iterator[Reading]:
    """Every place of a file that reads variables of the environment on the controller, in the order of the kinds."""
    for kind, pattern, named in (
        ("lookup env", _ENV, _NAMED),
        ("with_env", _WITH, _WORD),
        ("lookup pipe", _PIPE, _SHELL),
        ("expandvars", _EXPANDED, _SHELL),
    ):
        for match in pattern.finditer(text):
            begins = text.rfind("\n", 0, match.start()) + 1
            before = text[begins : match.start()]
            if before.lstrip().startswith("#"):
                continue
            line = text.count("\n", 0, match.start()) + 1
            names = named.findall(match[1]) or ([""] if named in (_NAMED, _WORD) else [])
            unsure = "default" in text[match.start() : match.end() + 40].partition("}}")[0]
            for name in names:
                yield Reading(line, kind, name, bool(_USER.search(before)) and not unsure)


def environment_read(path: Path, text: str, declared: Collection[str]) -> Iterator[PlaybookFinding]:
    """A finding for each such place whose variable no run sees. It is refused where the value would be a user's name."""
    for reading in readings(text):
        if not _is_seen(reading.name, declared):
            yield _finding(path, reading)


def controller_environment(
    play: Item, tasks: list[Item], declared: Collection[str]
) -> Iterator[PlaybookFinding]:
    """Findings for tasks on the controller that read its environment by facts, or in a shell."""
    for task in tasks:
        if str(play.keys.get("hosts")) not in _CONTROLLER and not _is_on_controller(task):
            continue
        own = {
            str(key): value for key, value in task.keys.items() if key not in ("block", "rescue", "always")
        }
        if _FACTS.search(str(own)):
            yield _finding(task.file, Reading(task.line, "ansible_env", ""))
        given = own.get("environment")
        known = {*declared, *(given if isinstance(given, dict) else ())}
        for key, value in own.items():
            if short_name(key) in _SHELLS:
                text = str(value.get("cmd", value) if isinstance(value, dict) else value)
                yield from (
                    _finding(task.file, Reading(task.line_of(key), key, name))
                    for name in dict.fromkeys(_SHELL.findall(text))
                    if not _is_seen(name, known) and not _is_set_in(name, text)
                )


def settings_environment(project: Path, declared: Collection[str]) -> Iterator[PlaybookFinding]:
    """Findings for paths of ansible.cfg that hold variables."""
    path = project / "ansible.cfg"
    lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith(("#", ";")):
            for name in _SHELL.findall(line):
                if not _is_seen(name, declared):
                    yield _finding(path, Reading(number, "setting", name))


def _is_on_controller(task: Item) -> bool:
    keys = task.keys
    local = short_name(str(keys.get("connection", ""))) == "local"
    return local or "local_action" in keys or str(keys.get("delegate_to")) in _CONTROLLER


def _is_set_in(name: str, text: str) -> bool:
    return re.search(rf"\b{name}=|\b(?:for|read|local|export)\s+(?:-\w+\s+)?{name}\b", text) is not None


def _is_seen(name: str, declared: Collection[str]) -> bool:
    return name in PASSED_ON or name in declared or name in _OF_A_SHELL or name.startswith("ANSIBLE_")


def _finding(path: Path, reading: Reading) -> PlaybookFinding:
    name = reading.name or "a variable"
    what = f"reads {name} from the environment, which no run sees, so it is empty there"
    if reading.decides_user:
        what += ", and Ansible would take another user or root"
    move = f"name it in the plan's resources.pass_environment: [{reading.name or 'NAME'}], or put the value into the tree"
    return PlaybookFinding(
        file=str(path),
        line=reading.line,
        kind=reading.kind,
        what=what,
        severity="refuse" if reading.decides_user else "warn",
        next_move=move,
    )
