"""What ssh's own configuration says otherwise than when a plan was approved: the option with both values, host by host."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from orchestrator.domain.plan.ssh_way import SettingPlace, SshHop
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain

NAMED = 3
"""Differences that are named; of more, their number."""
_UNSET = "ssh's default"


class Ways(NamedTuple):
    """The hosts with their ways, and where the settings of these stand, so far as that is known."""

    targets: tuple[Target, ...] = ()
    places: tuple[SettingPlace, ...] = ()


NO_WAYS = Ways()
"""Of no hosts."""


def way_changes(before: Ways, after: Ways) -> str:
    """In words; empty where ssh gets to every host that both have as it did."""
    earlier = {target.host: target for target in before.targets}
    pairs = [(earlier[target.host], target) for target in after.targets if target.host in earlier]
    then, now = _by_setting(before.places), _by_setting(after.places)
    changes = [words for old, new in pairs for words in _of_host(_Side(old, then), _Side(new, now))]
    more = len(changes) - NAMED
    if not changes:
        return ""
    listed = "; ".join(changes[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    hint = "" if then or now else " (`ssh -v -G` with a host names the files that it reads)"
    return f"how ssh gets there: {listed}{hint}"


_Places = Mapping[tuple[str, str], str]


class _Side(NamedTuple):
    target: Target
    places: _Places

    def value(self, about: str, name: str, values: Mapping[str, tuple[str, ...]]) -> str:
        """The value, with the place that it has it from."""
        if name not in values:
            return _UNSET
        places = dict.fromkeys(
            place for each in values[name] if (place := self.places.get((about, f"{name} {each}"), ""))
        )
        words = plain(", ".join(values[name]), 80)
        return f"{words} ({plain(', '.join(places), 200)})" if places else words


def _by_setting(places: Iterable[SettingPlace]) -> _Places:
    return {(name, each.setting): each.place for each in places for name in each.names}


def _of_host(old: _Side, new: _Side) -> Iterator[str]:
    host = new.target.host
    yield from _of_settings(host, (old, _own(old.target)), (new, _own(new.target)), host)
    earlier, hops = _by_name(old.target.way.hops), _by_name(new.target.way.hops)
    for name in sorted(hops.keys() & earlier.keys()):
        yield from _of_settings(
            f"{host}, jump host {plain(name)}", (old, earlier[name]), (new, hops[name]), name
        )
    if list(hops) != list(earlier):
        jumps = (_jumps(side, names) for side, names in ((old, earlier), (new, hops)))
        yield f"{host}: through {next(jumps)} then, through {next(jumps)} now"


_Values = Mapping[str, tuple[str, ...]]


def _of_settings(
    about: str, old: tuple[_Side, _Values], new: tuple[_Side, _Values], owner: str
) -> Iterator[str]:
    for name in sorted(old[1].keys() | new[1].keys()):
        if name != "proxyjump" and old[1].get(name) != new[1].get(name):
            then, now = (side.value(owner, name, values) for side, values in (old, new))
            yield f"{about}: {name} {then} then, {now} now"


def _own(target: Target) -> _Values:
    """With what a host has in any case, under ssh's own names of it."""
    usual = {"hostname": (target.address,), "port": (str(target.port),), "user": (target.user,)}
    return {**usual, **_values(target.way.settings)}


def _values(settings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for setting in settings:
        name, _, value = setting.partition(" ")
        values[name] = (*values.get(name, ()), value)
    return values


def _by_name(hops: Iterable[SshHop]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {hop.name: _values(hop.settings) for hop in hops}


def _jumps(side: _Side, names: Mapping[str, object]) -> str:
    words = ", ".join(map(plain, names)) or "no jump host"
    jump = side.target.way.setting("proxyjump")
    place = side.places.get((side.target.host, f"proxyjump {jump}"), "")
    return f"{words} ({plain(place, 200)})" if place else words
