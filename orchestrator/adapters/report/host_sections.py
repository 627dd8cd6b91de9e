"""The hosts of a record as sections of a document: a large fleet first in groups, and every host at the end."""

from collections.abc import Iterator

from orchestrator.adapters.report.document import Section, table
from orchestrator.adapters.report.grouping import EACH_UP_TO, alike_hosts
from orchestrator.adapters.report.host_sets import host_set_rows
from orchestrator.adapters.report.page import first_troubles
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.telling.host_rows import host_row
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.words.host_words import STANDING_WORDS

OUTSIDE = "outside of the deployment, not proved"
AT_THE_END = "Hosts of which the same is to be said share a row; each with its address is at the end, before the journal."


def hosts_section(d: Deployment, story: Story) -> Section:
    """Every host in a row of its own; of many, those of which the same is to be said together."""
    if len(d.standings) <= EACH_UP_TO:
        return _every_host(d, story, "Hosts")
    rows = [
        (each.row.wave, STANDING_WORDS[each.row.standing], _reasons(each.row.reason, each.before), names)
        for hosts, each, _ in alike_hosts(d, d.hosts, first_troubles(story), each=False)
        for names in host_set_rows(d, hosts)
    ]
    headings = (("wave", 1.5), ("standing", 2), ("reason", 4), ("hosts", 7))
    return Section("Hosts", (AT_THE_END,), table=table(headings, rows))


def every_host(d: Deployment, story: Story) -> Iterator[Section]:
    """The list at the end, where the hosts stand in groups before."""
    if len(d.standings) > EACH_UP_TO:
        yield _every_host(d, story, "Every host")


def acted_on_section(d: Deployment) -> Section:
    """Hosts on which a task for another host acted."""
    rows = ((act.host, act.words, "" if act.host in d.standings else OUTSIDE) for act in d.acted_on)
    return Section("Acted on for others", table=table((("host", 3), ("what", 6), ("proved", 3)), rows))


def _every_host(d: Deployment, story: Story, title: str) -> Section:
    addresses = {target.host: target.address for target in d.targets}
    before = first_troubles(story) if d.backout is not None else {}
    rows = []
    for host in d.hosts:
        row = host_row(d, host)
        reasons = _reasons(row.reason, before.get(host, ""))
        rows.append((host, addresses[host], row.wave, STANDING_WORDS[row.standing], reasons))
    headings = (("host", 3), ("address", 2.5), ("wave", 1.5), ("standing", 2.5), ("reason", 5))
    return Section(title, table=table(headings, rows))


def _reasons(reason: str, before: str) -> str:
    """Why it stands so, and what was the matter before a backout changed that."""
    return "; ".join(filter(None, (reason, f"before: {before}" if before else "")))
