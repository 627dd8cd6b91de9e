"""Checks that pass whatever the release does: they test nothing, or they ask another machine."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from urllib.parse import urlsplit

from orchestrator.domain.plan.check import (
    Check,
    CheckBase,
    ClockCheck,
    CommandCheck,
    FileCheck,
    HttpCheck,
    MemoryCheck,
    PackageCheck,
    SpaceCheck,
    TcpCheck,
    TestinfraCheck,
    UnitCheck,
    UserCheck,
)
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.planning_mistake import PlanningMistake
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.policy.planning.empty_words import word_list
from orchestrator.policy.planning.plan_objections import checks_of

_EXPECTED = "a check that a bad release fails"
_MOVE = "ask what the release changes, or remove the check"
_ALWAYS_THERE = word_list(
    "/ /bin /boot /dev /dev/null /etc /etc/fstab /etc/group /etc/hostname /etc/hosts /etc/os-release /etc/passwd /home /lib "
    "/opt /proc /root /run /sbin /sys /tmp /usr /usr/bin /usr/local /usr/sbin /var /var/lib /var/log /var/tmp"
)
_BASE_PACKAGES = word_list("apt base-files base-passwd bash coreutils dpkg libc6 systemd util-linux")
_BASE_UNITS = word_list("dbus init.scope ssh sshd systemd-journald systemd-udevd -.mount -.slice")
_SSH_PORT = 22
_KIBIBYTE = 1024
_HOUR = 3600.0
_LOCAL = re.compile(r"localhost|127(\.\d+){3}|::1|0\.0\.0\.0", re.I)
_PER_HOST = re.compile(r"\{(address|host)\}")
_CONSTANT = re.compile(
    r"(/usr)?(/bin/)?(true|:|exit( \d+)?|sleep [\d.]+[smh]?)|(builtin )?(echo|printf)\b[^|&;$`]*"
)
_ALWAYS_ENDS_WELL = re.compile(r"(hostname|date|uptime|pwd|uname|id|whoami|w|ls|env|ps)( -\w+)*( /)?")
_SAME = re.compile(r"(test|\[) (?P<left>\S+) (=|==|-eq) (?P=left)( \])?|(test|\[) [1-9]\w*( \])?")
_FORGIVES = re.compile(r"(\|\||;|(?<!&)&)\s*(/bin/|/usr/bin/)?(true|:|exit 0|echo\b[^|&;]*)\s*$")
_FAILS = re.compile(r"(/usr)?(/bin/)?false")


def checks_that_test_nothing(
    plan: ReleasePlan, targets: Sequence[Target], tests: Mapping[str, str]
) -> Iterator[PlanningMistake]:
    """Every check that passes whatever happens, and in acceptance every HTTP check that asks no host of the plan."""
    for path, checks in checks_of(plan):
        entry = path.endswith((".environment", ".entry"))
        for index, check in enumerate(checks):
            place = f"{path}[{index}]"
            why = _why_empty(plan, check, tests, entry=entry)
            if why is not None:
                yield PlanningMistake("check.tests_nothing", Objection(place, _EXPECTED, why, _MOVE))
            elif not entry and isinstance(check, HttpCheck) and _asks_another(check, targets):
                expected, move = "the host that is deployed to", "write {address} in place of the name"
                objection = Objection(
                    place, expected, f"`{urlsplit(check.url).hostname}` for every host", move
                )
                yield PlanningMistake("check.another_host", objection)


def _why_empty(plan: ReleasePlan, check: Check, tests: Mapping[str, str], *, entry: bool) -> str | None:
    if isinstance(check, TestinfraCheck):
        source = tests.get(check.path)
        return None if source is None or asserts_something(source) else "a file in which no test can fail"
    if entry and isinstance(check, FileCheck | PackageCheck | UnitCheck | UserCheck | TcpCheck):
        # Before the deployment these say what the host is like, and that is what is asked there.
        return None
    why = _why(check)
    about = (
        plan.release.name,
        *(unit.name for unit in plan.release.units),
        *plan.backout.baseline.whole.units,
    )
    if why is not None and isinstance(check, UnitCheck | PackageCheck) and _is_about(check.name, about):
        return None
    return why


def _is_about(name: str, names: Sequence[str]) -> bool:
    bare = name.removesuffix(".service")
    return any(bare in each or each in bare for each in names)


@singledispatch
def _why(check: CheckBase) -> str | None:
    """Why this check passes on every host; None if it can fail."""
    return None


@_why.register
def _(check: CommandCheck) -> str | None:
    run = " ".join(check.run.split()).rstrip("; ")
    if check.exit_code:
        exits = re.fullmatch(r"exit (\d+)", run)
        same = (exits and int(exits[1]) == check.exit_code) or (
            check.exit_code == 1 and _FAILS.fullmatch(run)
        )
        return f"`{run}`, which always ends so" if same else None
    if _CONSTANT.fullmatch(run) or _SAME.fullmatch(run):
        return f"`{run}`, which ends well on every host"
    if check.stdout_contains is not None:
        return None
    if _ALWAYS_ENDS_WELL.fullmatch(run) or _FORGIVES.search(run):
        return f"`{run}`, which ends well on every host"
    return None


@_why.register
def _(check: HttpCheck) -> str | None:
    name = urlsplit(check.url).hostname or ""
    if check.origin == "controller" and _LOCAL.fullmatch(name):
        return f"`{name}`, which from the controller is the controller"
    return None


@_why.register
def _(check: TcpCheck) -> str | None:
    if check.open and check.port == _SSH_PORT and _PER_HOST.search(check.address):
        return "port 22, by which the host is reached anyway"
    if check.origin == "controller" and _LOCAL.fullmatch(check.address):
        return f"`{check.address}`, which from the controller is the controller"
    return None


@_why.register
def _(check: FileCheck) -> str | None:
    compared = (check.mode, check.owner, check.group, check.sha256, check.target, check.contains)
    path = check.path.rstrip("/") or "/"
    if check.exists and path in _ALWAYS_THERE and not any(compared):
        return f"`{check.path}`, which is on every host"
    return None


@_why.register
def _(check: UserCheck) -> str | None:
    return "`root`, who is on every host" if check.exists and check.name == "root" else None


@_why.register
def _(check: PackageCheck) -> str | None:
    if check.installed and check.version is None and check.name in _BASE_PACKAGES:
        return f"`{check.name}`, which is on every host"
    return None


@_why.register
def _(check: UnitCheck) -> str | None:
    if check.state == "active" and check.name.removesuffix(".service") in _BASE_UNITS:
        return f"`{check.name}`, which runs on every host"
    return None


@_why.register
def _(check: SpaceCheck) -> str | None:
    return f"{check.free} bytes, which every host has" if check.free < _KIBIBYTE else None


@_why.register
def _(check: MemoryCheck) -> str | None:
    return f"{check.available} bytes, which every host has" if check.available < _KIBIBYTE else None


@_why.register
def _(check: ClockCheck) -> str | None:
    return f"{check.skew:g} s, which no clock is off by" if check.skew >= _HOUR else None


def _asks_another(check: HttpCheck, targets: Sequence[Target]) -> bool:
    """Whether it asks one machine that is none of the plan's hosts. Where these are not known, nobody can say."""
    if not targets or check.origin != "controller" or _PER_HOST.search(check.url):
        return False
    if any(name.casefold() == "host" for name in check.headers):
        return False
    name = urlsplit(check.url).hostname
    return name not in {known.casefold() for target in targets for known in (target.host, target.address)}


def asserts_something(source: str) -> bool:
    """Whether a testinfra file has a test that can fail. What cannot be parsed is somebody else's finding."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(_can_fail(node) for node in ast.walk(tree) if _is_test(node))


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _can_fail(test: ast.AST) -> bool:
    """A call or a comparison with something that is looked up can fail; constants and docstrings cannot."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and not _is_constant(node.test):
            return True
        if isinstance(node, ast.Call | ast.Raise) and not _is_print(node):
            return True
    return False


def _is_constant(expression: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name | ast.Attribute | ast.Call) for node in ast.walk(expression))


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
