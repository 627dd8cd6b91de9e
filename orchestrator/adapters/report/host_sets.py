"""Many hosts in few words, exactly: all of a wave, or all of it without some. Other sets are named host by host."""

from collections.abc import Iterator, Sequence

from orchestrator.adapters.report.grouping import NAMED_UP_TO
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.format import counted

ALL = "all "
NAMED_IN_A_ROW = 100
"""A row with more names would fill a page."""


def host_set_rows(d: Deployment, hosts: Sequence[str]) -> list[str]:
    """Which hosts these are, a text for each row that it takes to name them."""
    words = host_set_words(d, hosts)
    if len(hosts) <= NAMED_IN_A_ROW or words.startswith(ALL):
        return [words]
    begins = range(0, len(hosts), NAMED_IN_A_ROW)
    return [", ".join(hosts[begin : begin + NAMED_IN_A_ROW]) for begin in begins]


def host_set_words(d: Deployment, hosts: Sequence[str]) -> str:
    """Which hosts these are; whoever reads it with the table of hosts knows each of them."""
    if len(hosts) > NAMED_UP_TO:
        meant = set(hosts)
        for words, members in _known_sets(d):
            without = [host for host in members if host not in meant]
            if meant <= set(members) and len(without) <= NAMED_UP_TO:
                return f"{words} without {', '.join(without)}" if without else words
    return ", ".join(hosts)


def _known_sets(d: Deployment) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(d.waves) > 1:
        for wave in d.waves:
            yield f"{ALL}{counted(len(wave.hosts), 'host')} of {wave.name}", wave.hosts
    yield f"{ALL}{counted(len(d.hosts), 'host')}", d.hosts
