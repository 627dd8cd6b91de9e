"""Waves and hosts as a grid: names for few hosts, cells for hundreds, counts for thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from orchestrator.adapters.report.page import LETTERS
from orchestrator.adapters.report.short_names import short_names
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.words.host_words import NAMED, STANDING_WORDS

if TYPE_CHECKING:
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.domain.plan.wave import Wave

NAMES_UP_TO, CELLS_UP_TO = 60, 600
"""Hosts of all waves up to which each is named, and up to which each has a cell; a present wave has cells in any case."""
CELL = 14
"""Characters of a host's name in its cell."""
BAR = 300.0
"""Width of the bar of a wave, in the units of its drawing."""

Family = Literal["good", "work", "bad", "unsure", "care", "ahead"]
FAMILIES: dict[StandingName, Family] = {
    "untouched": "ahead", "to_retry": "ahead", "due": "ahead",
    "deploying": "work", "deployed": "work", "backing_out": "work", "backed_out": "work",
    "verified": "good", "restored": "care", "excluded": "care",
    "failed": "bad", "residue": "bad", "backout_failed": "bad",
    "unknown": "unsure", "acted_on": "unsure", "unreached": "unsure",
}  # fmt: skip
TROUBLE = ("bad", "unsure")


class Cell(NamedTuple):
    """One host: its standing as a letter and in words, and why."""

    host: str
    name: str
    standing: StandingName
    family: Family
    letter: str
    words: str


class Part(NamedTuple):
    """Hosts of one standing: how many, and where their piece of the bar is."""

    standing: StandingName
    family: Family
    words: str
    hosts: int
    x: float
    width: float


class WaveRow(NamedTuple):
    """A wave: `shown` says how its hosts are; `trouble` are the first hosts in trouble, of `troubled` in all."""

    number: int
    name: str
    hosts: int
    present: bool
    parts: tuple[Part, ...]
    shown: Literal["names", "cells", "counts"]
    cells: tuple[Cell, ...]
    trouble: tuple[Cell, ...]
    troubled: int


def wave_rows(d: Deployment) -> list[WaveRow]:
    """Each wave of the deployment, in order."""
    names = short_names(d.standings, CELL) if len(d.standings) <= NAMES_UP_TO else {}
    return [_row(d, wave, names) for wave in d.waves]


def cells_of(d: Deployment, wave: Wave, names: dict[str, str] | None = None) -> Iterator[Cell]:
    """Each host of the wave."""
    for host in wave.hosts:
        standing = d.standing_in(host, wave.number)
        reason = d.standings[host].reason if d.standings[host].wave == wave.number or d.backout else ""
        words = STANDING_WORDS[standing] + (f": {plain(reason, 300)}" if reason else "")
        name = (names or {}).get(host, host)
        yield Cell(host, name, standing, FAMILIES[standing], LETTERS[standing], words)


def in_order_of_trouble(cells: Iterable[Cell]) -> list[Cell]:
    """Hosts in trouble first, then those at work, else in their order."""
    order = {"bad": 0, "unsure": 1, "work": 2}
    return sorted(cells, key=lambda cell: order.get(cell.family, 3))


def _row(d: Deployment, wave: Wave, names: dict[str, str]) -> WaveRow:
    present = d.rollout.wave == wave.number and not d.over and bool(d.touched)
    shown: Literal["names", "cells", "counts"] = "counts"
    if len(d.standings) <= NAMES_UP_TO:
        shown = "names"
    elif len(d.standings) <= CELLS_UP_TO or (present and len(wave.hosts) <= CELLS_UP_TO):
        shown = "cells"
    standings = [d.standing_in(host, wave.number) for host in wave.hosts]
    counts = Counter(standings)
    troubled = sum(hosts for standing, hosts in counts.items() if FAMILIES[standing] in TROUBLE)
    cells = tuple(cells_of(d, wave, names)) if shown != "counts" or troubled else ()
    trouble = [cell for cell in cells if cell.family in TROUBLE]
    return WaveRow(
        wave.number,
        plain(wave.name, 60),
        len(wave.hosts),
        present,
        tuple(_parts(counts, len(wave.hosts))),
        shown,
        cells if shown != "counts" else (),
        tuple(trouble[:NAMED]),
        troubled,
    )


def _parts(counts: Counter[StandingName], hosts: int) -> Iterator[Part]:
    x = 0.0
    for standing in _in_order(counts):
        width = BAR * counts[standing] / max(hosts, 1)
        yield Part(standing, FAMILIES[standing], STANDING_WORDS[standing], counts[standing], x, width)
        x += width


def _in_order(counts: Counter[StandingName]) -> Sequence[StandingName]:
    order = ("good", "care", "work", "unsure", "bad", "ahead")
    return sorted(counts, key=lambda standing: order.index(FAMILIES[standing]))
