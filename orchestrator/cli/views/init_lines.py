"""What `orch init` says before it writes, and what to do then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.domain.adoption.tree_reading import Gap
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.adoption.proposal import Proposal


def will_write_lines(proposal: Proposal, files: Mapping[str, str], project: Path) -> Iterator[str]:
    """What was read, then a numbered list of what is going to be written."""
    reading, choice = proposal.reading, proposal.choice
    hosts = f"{len(choice.hosts)} host{'' if len(choice.hosts) == 1 else 's'}"
    hosts += f", because {choice.no_hosts}" if choice.no_hosts else ""
    yield f"Read in {project}, without running any of it:"
    yield f"  playbook   {choice.playbook}, for {reading.hosts}"
    yield f"  inventory  {choice.inventory}: {hosts}"
    things = len({(change.kind, change.name) for change in reading.changes})
    yield f"  changes    {things} things that can be put back, {gap_words(reading.gaps)}"
    if reading.injected_facts:
        yield f"  facts      {reading.injected_facts[0]} and its like are read as plain variables: the plan allows it"
    yield ""
    yield "It is going to write:"
    meanings = {
        proposal.changes_path: f"what {choice.playbook} changes, each entry with its task",
        proposal.backout_path: "the backout: puts that back"
        + (", and fails at each gap" if reading.gaps else ""),
        proposal.deploy_path: f"keeps what is there, runs {choice.playbook} as it is, notes what came",
        proposal.program_path: "the program that keeps and puts back, on the hosts",
        proposal.plan_path: f"the release plan {choice.name} {choice.version} for {proposal.environment}",
        choice.playbook: "a playbook that applies the role of this folder",
        ".orchignore": "what of this folder is no part of a release",
    }
    for number, path in enumerate(files, 1):
        yield f"  {number}. {path}: {meanings.get(path, 'the form of plans, for editors')}"
    yield "It changes none of your files."


def gap_words(gaps: Sequence[Gap]) -> str:
    """How many there are on every host, and how many on some only."""
    certain = sum(gap.everywhere for gap in gaps)
    some = len(gaps) - certain
    words = "1 gap that needs a person" if certain == 1 else f"{certain} gaps that need a person"
    return words + (f", {some} more for some hosts only" if some else "")


def next_lines(proposal: Proposal, path: Path, project: Path) -> Iterator[str]:
    """The next steps; each command works as it stands here."""
    plan, gaps = command_word(str(path)), gap_words(proposal.reading.gaps) if proposal.reading.gaps else ""
    yield ""
    yield "Next:"
    yield f"  1. Look at the plan where it says CHANGE: {plan}"
    if gaps:
        yield f"  2. Write or remove each task that begins with GAP in {proposal.backout_path}: {gaps}"
    yield f"  {3 if gaps else 2}. orch plan check {plan}"
    yield f"  {4 if gaps else 3}. orch plan show {plan}"
    yield f"  {5 if gaps else 4}. orch deploy {plan}"
    if proposal.choice.connection:
        return
    yield ""
    yield "Hosts are reached only by host keys that are pinned in known_hosts. A host that is not there yet:"
    yield "  ssh-keyscan HOST > new-keys; ssh-keygen -lf new-keys     compare these with what the host's console shows"
    yield "  cat new-keys >> ~/.ssh/known_hosts"
