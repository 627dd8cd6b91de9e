"""Programs on the way to hosts, as an inventory names them: what they do for themselves is seen by nobody."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orchestrator.adapters.ansible.in_run.ssh_options import leading
from orchestrator.adapters.ansible.ssh_proxy_command import jump_of
from orchestrator.domain.text.plain_text import plain

_ARGUMENTS = {"common_args": "ansible_ssh_common_args", "extra_args": "ansible_ssh_extra_args"}
PROGRAMS = {
    "ssh_executable": "ansible_ssh_executable",
    "sftp_executable": "ansible_sftp_executable",
    "scp_executable": "ansible_scp_executable",
    "become_exe": "ansible_become_exe",
    "become_flags": "ansible_become_flags",
    "shell_executable": "ansible_shell_executable",
}
"""Programs of the way, by the name of the fact that the inspector reports."""
_MOST = 3
_MEANING = {
    True: "this program leads to the host, and what decides where it leads is in no digest",
    False: (
        "Ansible goes by this program, and orch's own visits do not; both must reach one machine, or hosts end as unknown"
    ),
}


def ways_of(hosts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each such variable with one value, naming the hosts."""
    named: dict[tuple[str, str], list[str]] = {}
    for host in hosts:
        for way in _ways(host):
            named.setdefault(way, []).append(plain(str(host["host"])))
    for (variable, value), names in named.items():
        more = f" and {len(names) - _MOST} hosts more" if len(names) > _MOST else ""
        yield (
            f"{variable} {value} of {', '.join(names[:_MOST])}{more}: {_MEANING[variable in _ARGUMENTS.values()]}"
        )


def _ways(host: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for fact, variable in _ARGUMENTS.items():
        try:
            words = shlex.split(host.get(fact) or "")
        except ValueError:
            continue
        for word in leading(words):
            if word.lower().startswith("-o proxycommand=") and not _is_jump(word.partition("=")[2]):
                yield variable, plain(word, 200)
    for fact, variable in PROGRAMS.items():
        if host.get(fact):
            yield variable, plain(str(host[fact]), 200)


def _is_jump(command: str) -> bool:
    """Whether it is ssh to a jump host, whose way is frozen as that of the host is."""
    try:
        return jump_of({"proxycommand": [command]}, ()) is not None
    except ValueError:
        return False
