"""The hosts of an inventory as orch reaches them, from what Ansible says of each."""

import getpass
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.ssh_ways import with_ways
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target, Through
from orchestrator.domain.text.plain_text import plain

_KNOWN_HOSTS = re.compile(r"UserKnownHostsFile[ =](.+)", re.IGNORECASE)
_CONNECTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,9}")
_SSH = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh"})
_OWN = ("ansible.builtin.", "ansible.legacy.", "ansible.netcommon.", "community.general.")


def through_of(connection: str | None) -> Through | None:
    """How Ansible reaches a host with this `ansible_connection`; None where that is ssh."""
    if connection is None:
        return None
    short = next((connection.removeprefix(own) for own in _OWN if connection.startswith(own)), connection)
    return None if short in _SSH else Through(connection=connection)


def targets_of(hosts: Iterable[dict[str, Any]], project: Path, faults: list[str]) -> Iterator[Target]:
    """The hosts as orch reaches them; what is wrong with one comes to the faults."""
    settings = configuration(project)
    for host in hosts:
        faults += [f"host {plain(str(host['host']))}: {fault}" for fault in _contradictions(host)]
        try:
            yield Target(
                host=host["host"],
                address=host["address"] or host["host"],
                port=int(host["port"] or 22),
                user=host["user"] or getpass.getuser(),
                groups=tuple(host["groups"]),
                password_login=bool(host.get("ssh_password")),
                private_key=_path(host["private_key"], project),
                known_hosts=_path(_known_hosts(host, settings), project),
                python="/usr/bin/python3"
                if (host["python"] or "auto").startswith("auto")
                else host["python"],
                through=through_of(host["connection"]),
                zone=host.get("zone") or "",
            )
        except (ValidationError, ValueError) as wrong:
            words = wrong.errors()[0]["msg"] if isinstance(wrong, ValidationError) else str(wrong)
            faults.append(f"host {plain(str(host['host']))} cannot be used: {plain(words)}")


def on_their_ways(
    targets: Sequence[Target],
    hosts: Sequence[Mapping[str, Any]],
    project: Path,
    faults: list[str],
    say: Callable[[str], None] = lambda step: None,
) -> tuple[list[Target], tuple[SettingPlace, ...]]:
    """The targets with the ways that ssh has to them, and where these stand; what is wrong with one comes to the faults."""
    if faults:
        return list(targets), ()
    over_ssh = [n for n, target in enumerate(targets) if target.through is None]
    ways, places = with_ways(
        [targets[n] for n in over_ssh], [hosts[n] for n in over_ssh], configuration(project), project, say
    )
    faults += [fault for way in ways for fault in way.faults]
    on_way = dict(zip(over_ssh, (way.target for way in ways), strict=True))
    return [on_way.get(n, target) for n, target in enumerate(targets)], places


def _contradictions(host: Mapping[str, Any]) -> Iterator[str]:
    name = host["connection"]
    if name is not None and not _CONNECTION.fullmatch(name):
        yield f"ansible_connection is {plain(name) or 'empty'}, which names no connection"
    for name in host["empty_users"]:
        yield f"{plain(str(name))} is empty, and Ansible would take the user of the controller or root instead"
    if str(host["address"] or "").startswith("["):
        yield f"ansible_host is {plain(str(host['address']))}: ssh takes an address of IPv6 without brackets"
    if host["ssh_args"] is not None:
        yield "ansible_ssh_args would replace the ssh options that keep a run safe; use ansible_ssh_common_args"


def _known_hosts(host: Mapping[str, Any], settings: Mapping[tuple[str, str], str]) -> str | None:
    """The file that the inventory or ansible.cfg pins host keys with; ssh takes the first it is given."""
    given = [
        settings.get(("ssh_connection", "ssh_args"), ""),
        host["common_args"] or settings.get(("ssh_connection", "ssh_common_args"), ""),
        host["extra_args"] or settings.get(("ssh_connection", "ssh_extra_args"), ""),
    ]
    for arguments in given:
        for word in shlex.split(arguments.replace("-o", " -o ") if "-oUser" in arguments else arguments):
            match = _KNOWN_HOSTS.fullmatch(word)
            if match is not None and match[1] != os.devnull:
                return match[1]
    return None


def one_address_twice(targets: Sequence[Target]) -> Iterator[str]:
    """Each pair of hosts that are one machine."""
    named: dict[str, str] = {}
    for target in targets:
        if target.through is not None and target.through.plugin == "local":
            continue  # several appliances may be driven from here
        first = named.setdefault(target.place, target.host)
        if first != target.host:
            where = f"{target.address} port {target.port}" if target.through is None else target.place
            yield f"{first} and {target.host} are one machine, {where}, under two names"


def _path(given: str | None, project: Path) -> str | None:
    return None if not given else str(below(project, expanded(given)))


def below(project: Path, path: Path) -> Path:
    """A path as it counts in a project."""
    path = expanded(path)
    return (project.absolute() / path).resolve() if not path.is_absolute() else path
