"""Questions to hosts without ssh: a module of Ansible with its arguments, and which values of its answer count.

Arguments are given to Ansible as they are written, templates and all: they are code of the project, as a playbook is. What
the module answers is text from outside.
"""

import re
from typing import Annotated

from pydantic import Field, model_validator

from orchestrator.domain.text.model_base import AtLeastOneText, Many, Noun, PositiveSeconds, Text, Variables
from orchestrator.domain.text.selection import Selection
from orchestrator.domain.text.validation_error import wrong

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,9}$", max_length=200)]
ValuePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,19}$", max_length=200)]
"""Where a value is in a module's answer: `json.version`, `stdout`, `interfaces.0.name`."""
Scalar = str | int | float | bool

_OWN = re.compile(r"^ansible\.(builtin|legacy)\.")
_ASK_NOBODY = frozenset(
    {
        *("add_host", "assert", "async_status", "debug", "fail", "group_by", "include_vars", "meta", "pause"),
        *("set_fact", "set_stats", "validate_argument_spec", "include_role", "include_tasks"),
        *("import_playbook", "import_role", "import_tasks"),
    }
)
_NEVER_LOOKS = frozenset(
    {
        *("apt", "copy", "cron", "dnf", "file", "git", "group", "hostname", "lineinfile", "package", "pip"),
        *("reboot", "replace", "service", "systemd", "systemd_service", "template", "unarchive", "user"),
    }
)
"""Modules of Ansible's own that are there to change something."""
_SAYS_CHANGED = frozenset(
    {"command", "shell", "raw", "script", "expect", "win_command", "win_shell", "win_powershell"}
)
"""Modules that always say that they changed something: only whoever writes the command knows whether it does."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def short_module(name: str) -> str:
    """A module's name as it is looked at here: without the collection where it is of Ansible's own, or of Windows'."""
    return _OWN.sub("", name).removeprefix("ansible.windows.")


class ModuleQuestion(Noun):
    """One task that only reads: `module` with `args`. `reads_only`: the author's word, for modules that run any command."""

    module: ModuleName
    args: Variables = {}
    reads_only: bool = False
    timeout: PositiveSeconds = 30.0

    def __hash__(self) -> int:
        """By its text: arguments are mappings."""
        return hash(self.model_dump_json())

    @model_validator(mode="after")
    def _reads(self) -> "ModuleQuestion":
        refuse_other_than_questions(self.module, self.args, reads_only=self.reads_only, at="module")
        return self


class ModuleFacts(ModuleQuestion):
    """A question, and the values of its answer that are kept (`keep`)."""

    keep: Annotated[AtLeastOneText, Field(max_length=100)]

    @model_validator(mode="after")
    def _paths(self) -> "ModuleFacts":
        for path in self.keep:
            if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,19}", path):
                expected = "the place of a value, such as json.version or stdout"
                raise wrong(
                    expected, "write names and numbers with dots between", finding=f"`{path}`", at="keep"
                )
        return self


class Fact(ModuleFacts):
    """A configuration item of a host without ssh: the values that a module answers."""

    name: Text


class ValueExpectation(Noun):
    """What a value of an answer must be: exactly one of the others is set.

    Values are compared as text, so that 8080 and `"8080"` are equal. `matches` is a pattern of the whole value as in file names
    (`*`, `?`, `[...]`).
    """

    value: ValuePath
    equals: Scalar | None = None
    one_of: Many[Scalar] = ()
    contains: Text | None = None
    matches: Text | None = None
    exists: bool | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ValueExpectation":
        given = [self.equals, self.one_of or None, self.contains, self.matches, self.exists]
        if sum(value is not None for value in given) != 1:
            raise wrong(
                "exactly one of equals, one_of, contains, matches, exists",
                "write one expectation for each value",
            )
        return self


class WithoutSsh(Noun):
    """What is declared of hosts that Ansible reaches by another connection than ssh. `on`: which; none given, all of them.

    `identity`: what no other machine answers, such as a serial number.
    """

    on: Selection | None = None
    identity: ModuleFacts


def refuse_other_than_questions(module: str, args: Variables, *, reads_only: bool, at: str) -> None:
    """Raises where a module asks no host, or is there to change something."""
    name = short_module(module)
    if name in _ASK_NOBODY:
        raise wrong(
            "a module that asks the host",
            "it answers without the host; name another",
            finding=f"`{module}`",
            at=at,
        )
    if name in _NEVER_LOOKS:
        raise wrong(
            "a module that only reads", "it changes hosts; name one that looks", finding=f"`{module}`", at=at
        )
    if name in _SAYS_CHANGED and not reads_only:
        move = "say so with `reads_only: true`, where the command changes nothing"
        raise wrong("a module that only reads", move, finding=f"`{module}`, which runs any command", at=at)
    if name == "uri" and str(args.get("method", "GET")).upper() not in _READING:
        move = f"use one of {', '.join(sorted(_READING))}"
        raise wrong("a method that only reads", move, finding=f"`{args['method']}`", at="args")


def says_changed(question: ModuleQuestion) -> bool:
    """Whether the module says of each run that it changed something, whatever it did."""
    return short_module(question.module) in _SAYS_CHANGED
