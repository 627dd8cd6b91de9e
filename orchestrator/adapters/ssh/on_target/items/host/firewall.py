"""The rules of the packet filter, without their counters."""

from __future__ import annotations

import os

from orchestrator.adapters.ssh.on_target.items import digest, shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_OF_OTHERS = ("f2b-", "DOCKER", "KUBE-", "CNI-", "cali-", "LIBVIRT")
"""Chains that a guard against guessing, or who runs containers and machines, writes by itself."""


def collect(
    add: Callable[[str, str, dict[str, Any]], None], cut: Callable[[str, str, str], None], seconds: float
) -> None:
    """The rules of nftables, or those of iptables where there is no nft. Asked only where the kernel has a filter loaded."""
    if _has_filter() and _is_there("nft"):
        _rules(add, cut, "nftables", ["nft", "-s", "-t", "list", "ruleset"], seconds)
        return
    for program, names in (("iptables-save", "ip_tables_names"), ("ip6tables-save", "ip6_tables_names")):
        if (_has_filter() or os.path.exists("/proc/net/" + names)) and _is_there(program):
            _rules(add, cut, program[: -len("-save")], [program], seconds)


def lines_of(text: str) -> list[str]:
    """The rules, without remarks, counters, and what others write by themselves."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    lines = [line.partition(" [")[0] if line.startswith(":") else line for line in lines]
    return [line for line in lines if not any(mark in line for mark in _OF_OTHERS)]


def _rules(
    add: Callable[[str, str, dict[str, Any]], None],
    cut: Callable[[str, str, str], None],
    name: str,
    program: list[str],
    seconds: float,
) -> None:
    ran = shell.run(program, seconds, 4 << 20)
    if ran.code != 0 or ran.trouble:
        cut("firewall", name, ran.trouble or shell.last_line(ran.errors) or "exit code " + str(ran.code))
        return
    lines = lines_of(ran.output.decode("utf-8", "replace"))
    add("firewall", name, {"lines": len(lines), "sha256": digest.of("\n".join(lines).encode())})


def _has_filter() -> bool:
    try:
        with open("/proc/modules", encoding="ascii", errors="replace") as lines:
            return any(line.startswith("nf_tables ") for line in lines)
    except OSError:
        return False


def _is_there(program: str) -> bool:
    try:
        shell.system_program(program)
    except OSError:
        return False
    return True
