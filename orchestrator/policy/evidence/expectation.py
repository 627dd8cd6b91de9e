"""What a check expects, as text that is shown next to the finding."""

from collections.abc import Callable
from typing import Any

from orchestrator.domain.evidence.module_question import ValueExpectation
from orchestrator.domain.plan import check as checks
from orchestrator.domain.plan.check import CheckBase
from orchestrator.domain.text.format import seconds_words, size_words
from orchestrator.policy.evidence.module_answer import scalar_text


def expected_of(check: CheckBase) -> str:
    """The expectation of a check, in plain words."""
    words = _WORDS[type(check)](check)
    return f"{words}, within {seconds_words(check.within)}" if check.within else words


def _http(check: checks.HttpCheck) -> str:
    where = " where redirections lead" if check.redirects == "follow" else ""
    return f"status {check.status}{where}" + (f' with "{check.contains}"' if check.contains else "")


def _tcp(check: checks.TcpCheck) -> str:
    return f"port {check.port} {'answers' if check.open else 'does not answer'}"


def _command(check: checks.CommandCheck) -> str:
    return f"exit code {check.exit_code}" + (
        f' and "{check.stdout_contains}"' if check.stdout_contains else ""
    )


def _unit(check: checks.UnitCheck) -> str:
    enabled = {None: "", True: ", enabled", False: ", not enabled"}[check.enabled]
    up = f" for at least {seconds_words(check.up_for)}" if check.up_for else ""
    steady = f", not restarted by systemd for {seconds_words(check.steady_for)}" if check.steady_for else ""
    return check.state + up + steady + enabled


def _file(check: checks.FileCheck) -> str:
    if not check.exists:
        return "no such path"
    wanted = {
        "mode": check.mode,
        "owner": check.owner,
        "group": check.group,
        "sha256": check.sha256,
        "target": check.target,
    }
    words = [f"{name} {value}" for name, value in wanted.items() if value is not None]
    containing = [f'containing "{check.contains}"'] if check.contains else []
    return ", ".join([check.type or "exists", *words, *containing])


def _package(check: checks.PackageCheck) -> str:
    if not check.installed:
        return "not installed"
    return "installed" + (f", version {check.version}" if check.version else "")


def _os(check: checks.OsCheck) -> str:
    return f"{check.distribution} {' or '.join(check.versions)}".strip()


def _module(check: checks.ModuleCheck) -> str:
    return " and ".join(f"{each.value} {_value_words(each)}" for each in check.expect)


def _value_words(each: ValueExpectation) -> str:
    if each.exists is not None:
        return "is there" if each.exists else "is not there"
    if each.contains is not None:
        return f'containing "{each.contains}"'
    if each.matches is not None:
        return f"like {each.matches}"
    if each.one_of:
        return f"one of {', '.join(map(scalar_text, each.one_of))}"
    return "" if each.equals is None else scalar_text(each.equals)


_WORDS: dict[type[CheckBase], Callable[[Any], str]] = {
    checks.HttpCheck: _http,
    checks.TcpCheck: _tcp,
    checks.CommandCheck: _command,
    checks.UnitCheck: _unit,
    checks.FileCheck: _file,
    checks.PackageCheck: _package,
    checks.UserCheck: lambda check: "exists" if check.exists else "no such user",
    checks.OsCheck: _os,
    checks.SpaceCheck: lambda check: f"at least {size_words(check.free)} free on {check.path}",
    checks.MemoryCheck: lambda check: f"at least {size_words(check.available)} available",
    checks.ClockCheck: lambda check: f"at most {seconds_words(check.skew)} apart",
    checks.BecomeCheck: lambda check: f"becomes {check.user} without a password",
    checks.PythonCheck: lambda check: f"at least {check.minimum}",
    checks.PortCheck: lambda check: "nobody listens" if check.state == "free" else "somebody listens",
    checks.RebootCheck: lambda check: "a reboot is pending" if check.pending else "no reboot is pending",
    checks.OtherDeploymentCheck: lambda check: "no other deployment at work",
    checks.TestinfraCheck: lambda check: "every test passes",
    checks.ModuleCheck: _module,
}
