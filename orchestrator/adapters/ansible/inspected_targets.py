"""The hosts of an inventory as orch reaches them, from what Ansible says of each."""

import getpass
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.ansible.ssh_ways import with_ways
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

_KNOWN_HOSTS = re.compile(r"UserKnownHostsFile[ =](.+)", re.IGNORECASE)
_SSH = ("ssh", "smart", "ansible.builtin.ssh", "paramiko", "paramiko_ssh", "ansible.builtin.paramiko_ssh")


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
                private_key=_path(host["private_key"], project),
                known_hosts=_path(_known_hosts(host, settings), project),
                python="/usr/bin/python3"
                if (host["python"] or "auto").startswith("auto")
                else host["python"],
            )
        except (ValidationError, ValueError) as wrong:
            words = wrong.errors()[0]["msg"] if isinstance(wrong, ValidationError) else str(wrong)
            faults.append(f"host {plain(str(host['host']))} cannot be used: {plain(words)}")


def on_their_ways(
    targets: Sequence[Target], hosts: Sequence[Mapping[str, Any]], project: Path, faults: list[str]
) -> list[Target]:
    """The targets with the ways that ssh has to them; what is wrong with these comes to the faults."""
    if faults:
        return list(targets)
    ways = with_ways(targets, hosts, configuration(project), project)
    faults += [fault for way in ways for fault in way.faults]
    return [way.target for way in ways]


def _contradictions(host: Mapping[str, Any]) -> Iterator[str]:
    if host["connection"] not in (None, *_SSH):
        yield f"ansible_connection is {plain(host['connection'])}, and orch verifies hosts over ssh"
    for name in host["empty_users"]:
        yield f"{plain(str(name))} is empty, and Ansible would take the user of the controller or root instead"
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
    named: dict[tuple[str, int], str] = {}
    for target in targets:
        first = named.setdefault((target.address, target.port), target.host)
        if first != target.host:
            yield f"{first} and {target.host} are one machine, {target.address} port {target.port}, under two names"


def _path(given: str | None, project: Path) -> str | None:
    return None if not given else str(below(project, expanded(given)))


def below(project: Path, path: Path) -> Path:
    """A path as it counts in a project."""
    path = expanded(path)
    return (project.absolute() / path).resolve() if not path.is_absolute() else path
