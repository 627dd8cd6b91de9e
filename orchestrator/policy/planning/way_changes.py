"""What ssh's own configuration says otherwise than when a plan was approved: the option with both values, host by host."""

from collections.abc import Iterable, Iterator, Mapping

from orchestrator.domain.plan.ssh_way import SshHop
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

NAMED = 3
"""Differences that are named; of more, their number."""
_UNSET = "ssh's default"


def way_changes(before: Iterable[Target], after: Iterable[Target]) -> str:
    """In words; empty where ssh gets to every host that both have as it did."""
    earlier = {target.host: target for target in before}
    pairs = [(earlier[target.host], target) for target in after if target.host in earlier]
    changes = [words for old, new in pairs for words in _of_host(old, new)]
    more = len(changes) - NAMED
    if not changes:
        return ""
    listed = "; ".join(changes[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"ssh's configuration: {listed} (`ssh -v -G` with a host names the files that it reads)"


def _of_host(old: Target, new: Target) -> Iterator[str]:
    yield from _of_settings(new.host, _own(old), _own(new))
    hops, earlier = _by_name(new.way.hops), _by_name(old.way.hops)
    for name in hops.keys() & earlier.keys():
        yield from _of_settings(f"{new.host}, jump host {plain(name)}", earlier[name], hops[name])
    if list(hops) != list(earlier):
        yield f"{new.host}: through {_names(earlier)} then, through {_names(hops)} now"


def _of_settings(about: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name != "proxyjump" and old.get(name) != new.get(name):
            then, now = (plain(each.get(name, _UNSET), 80) for each in (old, new))
            yield f"{about}: {name} {then} then, {now} now"


def _own(target: Target) -> dict[str, str]:
    """With what a host has in any case, under ssh's own names of it."""
    usual = {"hostname": target.address, "port": str(target.port), "user": target.user}
    return {**usual, **_values(target.way.settings)}


def _values(settings: Iterable[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for setting in settings:
        name, _, value = setting.partition(" ")
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def _by_name(hops: Iterable[SshHop]) -> dict[str, dict[str, str]]:
    return {hop.name: _values(hop.settings) for hop in hops}


def _names(hops: Mapping[str, object]) -> str:
    return ", ".join(map(plain, hops)) or "no jump host"
