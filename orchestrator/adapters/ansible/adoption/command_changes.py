"""What a task changes that runs a program."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from orchestrator.adapters.ansible.adoption.changed_paths import SHARED, TEMPLATE
from orchestrator.adapters.ansible.adoption.programs import Program, program_of
from orchestrator.adapters.ansible.adoption.task_rounds import rounds_of
from orchestrator.adapters.ansible.adoption.task_text import TaskText
from orchestrator.adapters.ansible.adoption.variables import Variables
from orchestrator.domain.adoption.tree_reading import Change, Claim, Gap, Origin

_FOLDER_OF_PROGRAM = re.compile(r"^\{\{[^{}]*\}\}/(?=[\w.-]+(?:\s|$))")
_WITHOUT_OPTIONS = re.compile(r"\b(?:chdir|removes|creates|executable|warn)=\S+")


def of_command(
    task: TaskText, variables: Variables, origin: Origin, *, looks: bool
) -> Iterator[Change | Gap | Claim]:
    """By `creates`, or by what is known of the program; `looks`: the task says of itself that it changes nothing."""
    if looks:
        return
    creates = task.arguments.get("creates")
    paths = variables.texts(creates) if isinstance(creates, str) else None
    certain = [
        posixpath.normpath(path) for path in paths or [] if path.startswith("/") and not TEMPLATE.search(path)
    ]
    if certain and not any(path in SHARED for path in certain):
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
    for loops in rounds_of(task, variables):
        # In whichever folder the program is.
        words = _FOLDER_OF_PROGRAM.sub("", _WITHOUT_OPTIONS.sub("", words).strip())
        commands = variables.texts(words, loops)
        programs += [program_of(command) for command in commands] if commands else [None]
    known = [program for program in programs if program is not None]
    return known if known and len(known) == len(programs) else None
