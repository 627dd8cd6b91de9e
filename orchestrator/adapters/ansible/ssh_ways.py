"""How OpenSSH would get to each host, asked of `ssh -G` with the arguments that Ansible gives it (docs/adr/0100)."""

import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.ssh_resolver import SshResolver, UnresolvedWay
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

_AT_ONCE = 4
_PATIENCE = 2.0
"""Seconds without a word."""
_EVERY = 10


class FoundWay(NamedTuple):
    """A target with its way, and what is to be said of it: faults that refuse it."""

    target: Target
    faults: tuple[str, ...] = ()


def with_ways(
    targets: Sequence[Target],
    hosts: Iterable[Mapping[str, Any]],
    settings: Mapping[tuple[str, str], str],
    project: Path,
    say: Callable[[str], None] = lambda step: None,
) -> tuple[list[FoundWay], tuple[SettingPlace, ...]]:
    """Each target with the way that OpenSSH has for it, in their order, and where the settings stand.

    `hosts`: what the inspector reported.
    `say`: for how many of them ssh has been asked, once that takes more than two seconds.
    """
    reported = {host["host"]: host for host in hosts}
    resolver = SshResolver(project if project.is_dir() else None)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        coming = pool.map(lambda target: _found(resolver, target, reported[target.host], settings), targets)
        return list(_counted(coming, len(targets), say)), resolver.places()


def _counted(ways: Iterator[FoundWay], of: int, say: Callable[[str], None]) -> Iterator[FoundWay]:
    began = time.monotonic()
    for number, way in enumerate(ways, 1):
        yield way
        if time.monotonic() - began >= _PATIENCE and number % _EVERY == 0:
            say(f"how ssh gets to {number} of {of} hosts")


def _found(
    resolver: SshResolver,
    target: Target,
    host: Mapping[str, Any],
    settings: Mapping[tuple[str, str], str],
) -> FoundWay:
    try:
        words = list(_words(host, settings))
        return FoundWay(resolver.resolved(target, words))
    except ValueError as error:
        return FoundWay(
            target, (f"host {target.host}: its ssh arguments cannot be read: {plain(str(error))}",)
        )
    except UnresolvedWay as unresolved:
        return FoundWay(
            target, tuple(f"host {target.host}: {plain(each, 300)}" for each in unresolved.faults)
        )


def _words(host: Mapping[str, Any], settings: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """The arguments in Ansible's own order (ansible/plugins/connection/ssh.py, `_build_command`)."""
    yield from shlex.split(settings.get(("ssh_connection", "ssh_args"), ""))
    if host["port"]:
        yield from ("-o", f"Port={host['port']}")
    if host["private_key"]:
        yield from ("-o", f'IdentityFile="{host["private_key"]}"')
    if host["user"]:
        yield from ("-o", f'User="{host["user"]}"')
    for option in ("common_args", "extra_args"):
        yield from shlex.split(host[option] or settings.get(("ssh_connection", f"ssh_{option}"), ""))
