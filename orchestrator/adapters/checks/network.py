"""HTTP and TCP checks of this machine: its answers are asked by the program that asks on a target."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

from orchestrator.adapters.checks.http_secrets import NONE, HttpSecrets, secrets_of, unreadable_words
from orchestrator.domain.plan.check import Answer, HttpCheck, TcpCheck
from orchestrator.domain.plan.target import Target

Finding = tuple[Answer, str]
Ask = Callable[[dict[str, Any]], tuple[str, str]]


class Asking(NamedTuple):
    """How a check is asked, given its fields: an answer, and what was found (ssh/on_target/network.py)."""

    http: Ask
    tcp: Ask


def ask_http(check: HttpCheck, target: Target, asking: Asking, secrets: HttpSecrets = NONE) -> Finding:
    """What a check's requests brought: no proxy, redirections as the check says, certificates verified."""
    url = _placed(check.url, target, bracketed=True)
    answer, finding = asking.http({**check.model_dump(), "url": url, **secrets.fields})
    return cast("Answer", answer), secrets.redact(finding)


def ask_http_of_project(check: HttpCheck, target: Target, project: Path, asking: Asking) -> Finding:
    """The same with the files that the check names; inconclusive where one of them cannot be read."""
    try:
        secrets = secrets_of(check, project)
    except (OSError, ValueError) as unreadable:
        return "inconclusive", unreadable_words(unreadable)
    return ask_http(check, target, asking, secrets)


def ask_tcp(check: TcpCheck, target: Target, asking: Asking) -> Finding:
    """Whether a TCP port takes a connection; only a refusal or silence shows that it does not."""
    answer, finding = asking.tcp({**check.model_dump(), "address": _placed(check.address, target)})
    return cast("Answer", answer), finding


def _placed(text: str, target: Target, *, bracketed: bool = False) -> str:
    address = f"[{target.address}]" if bracketed and ":" in target.address else target.address
    return text.replace("{host}", target.host).replace("{address}", address)
