"""What this machine can do beside deployments: the lab, containers, a timer, its locale and clock, documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from typing import NamedTuple

from orchestrator.bootstrap.doctor.finding import Finding, Lack, Subject
from orchestrator.bootstrap.doctor.reaching import asked
from orchestrator.domain.text.plain_text import plain

TIMER = "orch-run-due.timer"
_EXTRAS: tuple[tuple[Subject, str, Lack], ...] = (
    ("pdf", "typst", "pdf_missing"),
    ("apprise", "apprise", "apprise_missing"),
)
_VERSION = re.compile(r"\d+\.\d+\S*")
_UTF8 = re.compile(r"utf-?8", re.IGNORECASE)


class LabSeen(NamedTuple):
    """What this machine lacks for lab hosts, in sentences, and whether their root file system is built."""

    lacks: Sequence[str]
    has_base: bool


def lab(seen: Callable[[], LabSeen]) -> tuple[Finding, ...]:
    """Whether hosts can be made on this machine."""
    lacks, has_base = seen()
    if lacks:
        return (Finding("lab", "missing", "", "lab_lacking", " ".join(lacks)),)
    base = (
        "its root file system is built"
        if has_base
        else "its root file system is built by the first orch lab up"
    )
    return (Finding("lab", "ok", f"root, namespaces, overlay and all programs; {base}"),)


def containers() -> tuple[Finding, ...]:
    """podman and docker, each with its version, and whether any of them answers."""
    named, silent = [], {}
    for engine in ("podman", "docker"):
        ended = asked([engine, "--version"])
        match = _VERSION.search(ended.output) if ended is not None and ended.exit_code == 0 else None
        if match is None:
            continue
        named.append(f"{engine} {plain(match[0]).rstrip(',')}")
        answer = asked([engine, "ps", "--quiet"])
        if answer is None or answer.exit_code != 0:
            words = "" if answer is None else answer.errors.strip().splitlines()[-1:]
            silent[engine] = plain("".join(words), 300)
    if not named:
        return (Finding("containers", "missing", "", "containers_missing"),)
    if len(silent) == len(named):
        engine, words = next(iter(silent.items()))
        return (
            Finding("containers", "warning", ", ".join(named), "containers_silent", f"{engine}: {words}"),
        )
    shown = ", ".join(f"{name}{_silence(name, silent)}" for name in named)
    if "podman" not in silent and _lacks_numbers():
        return (Finding("containers", "warning", shown, "containers_numberless"),)
    return (Finding("containers", "ok", shown),)


def _lacks_numbers() -> bool:
    """Whether podman has this account's own number alone for all accounts of a container; as root it maps none."""
    ended = asked(["podman", "info", "--format", "{{json .Host.IDMappings}}"])
    if ended is None or ended.exit_code != 0:
        return False
    try:
        mapped: list[dict[str, int]] = json.loads(ended.output)["uidmap"] or []
        return sum(each["size"] for each in mapped) == 1
    except (ValueError, KeyError, TypeError):
        return False


def _silence(name: str, silent: Mapping[str, str]) -> str:
    return " (it does not answer)" if name.split(maxsplit=1)[0] in silent else ""


def timer() -> tuple[Finding, ...]:
    """The timer that starts scheduled deployments."""
    ended = asked(["systemctl", "is-enabled", TIMER])
    if ended is None or ended.exit_code != 0:
        return (Finding("timer", "missing", "", "timer_missing"),)
    return (Finding("timer", "ok", f"{TIMER} is {plain(ended.output.strip())[:40]}"),)


def locale(environ: Mapping[str, str]) -> Finding:
    """Whether text beyond ASCII passes; runs have UTF-8 in any case."""
    name = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    shown = plain(name)[:60] or "none set"
    if _UTF8.search(name):
        return Finding("locale", "ok", shown)
    return Finding("locale", "warning", shown, "locale_not_utf8")


def clock() -> Finding:
    """Whether something keeps the clock right, as systemd says."""
    ended = asked(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    answer = ended.output.strip() if ended is not None and ended.exit_code == 0 else ""
    if answer == "yes":
        return Finding("clock", "ok", "synchronised")
    if answer == "no":
        return Finding("clock", "warning", "not synchronised", "clock_adrift")
    return Finding("clock", "warning", "not known", "clock_unknown")


def extras() -> tuple[Finding, ...]:
    """The extras that are installed with orch."""
    return tuple(_extra(*each) for each in _EXTRAS)


def _extra(subject: Subject, package: str, lack: Lack) -> Finding:
    try:
        return Finding(subject, "ok", f"{package} {metadata.version(package)}")
    except metadata.PackageNotFoundError:
        return Finding(subject, "missing", "", lack)
