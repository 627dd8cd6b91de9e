"""The release plan that `orch init` proposes: complete enough for `orch plan check`, with what a person must look at marked."""

from __future__ import annotations

import json
from dataclasses import replace

from orchestrator.domain.adoption.tree_reading import Asked, Carried, Change, Claim, PlaybookReading
from orchestrator.policy.adoption.backout_text import KEEP, NOTE
from orchestrator.policy.adoption.baseline_scope import left_out, scope_text
from orchestrator.policy.adoption.proposal import Proposal, named
from orchestrator.policy.adoption.without_ssh_text import check_text, facts_text, identity_text
from orchestrator.policy.adoption.yaml_words import comment, word

_MOST_UNITS = 12
_ON = "      on: "
_ENVIRONMENT = """\
    - become: root
    - space: {path: /var/lib, free: 200MiB}
    - other_deployment: false
"""
_SCHEMA = "# yaml-language-server: $schema=./release-plan.schema.json\n"


def plan_text(proposal: Proposal) -> str:
    """The whole file."""
    choice, reading = proposal.choice, proposal.reading
    hosts = word(proposal.launch.hosts or reading.hosts)
    bare = bool(choice.connection)
    return (
        _SCHEMA
        + f"""\
# Written by `orch init` from {choice.playbook} and {choice.inventory}. Where a comment says CHANGE, only you know better.
{_notes(proposal)}orch: 1
# CHANGE: why this release is made, and for whom.
purpose: >-
  Bring version {choice.version} of {choice.name} to the hosts of {proposal.environment}, as {choice.playbook} describes it.
release:
  name: {choice.name}
  version: {word(choice.version)}
{_units(proposal)}# CHANGE: an outcome that somebody measures.
objectives: 100% of the hosts pass the acceptance checks of this plan within 1 minute of their wave.
strategy:
{_strategy(proposal, hosts)}roles:
  deployment manager: {word(choice.person)}
{_approvers(proposal)}resources:
  environment: {proposal.environment}
  inventory: {word(choice.inventory)}
{_dynamic(proposal)}{identity_text(proposal) if bare else ""}schedule: {{}}
risks:
  - risk: a task of {choice.playbook} changes more than its text says
    mitigation: what each run changed is compared with the baseline, and named after a backout
# CHANGE: who learns of it, and how.
communication:
  - {{audience: service desk, channel: mail, when: [start, result]}}
validation:
  environment:
{check_text(proposal) if bare else _ENVIRONMENT}  acceptance:
{check_text(proposal) if bare else _acceptance(proposal)}backout:
  playbook: {proposal.backout_path}
  allow: {{noop: true}}
{facts_text(proposal) if bare else scope_text(proposal) + _declared(proposal)}approval:
  # CHANGE: the roles that must approve before a host is touched, such as [change manager].
  required: [{", ".join(proposal.launch.approvers)}]
"""
    )


def _units(proposal: Proposal) -> str:
    """Files that are copied as they are; where there is none, the playbook itself is what is released."""
    once: dict[str, Carried] = {}
    for carried in proposal.reading.carried:
        once.setdefault(carried.on_target, carried)
    by_name: dict[str, Carried] = {}
    for carried in once.values():
        by_name.setdefault(named(carried.artefact.rpartition("/")[2]), carried)
    lines = ["  units:"]
    for name, carried in list(by_name.items())[:_MOST_UNITS]:
        lines += [
            f"    # {comment(carried.origin.place)}: {comment(carried.origin.task)}",
            f"    - name: {word(name)}",
            f"      version: {word(proposal.choice.version)}",
            f"      artefact: {word(carried.artefact)}",
            f"      sha256: {carried.sha256}",
        ]
        everywhere = not proposal.choice.connection and (
            carried.origin.on == "" or len(proposal.reading.patterns) == 1
        )
        lines += [f"      on_target: {word(carried.on_target)}"] if everywhere else []
    if len(lines) == 1:
        path, digest = proposal.choice.unit
        lines += [
            "    # The tree copies no file of its own unchanged, so the playbook stands for what is released.",
            f"    - {{name: {proposal.choice.name}, version: {word(proposal.choice.version)}, artefact: {word(path)},",
            f"       sha256: {digest}}}",
        ]
    return "\n".join(lines) + "\n"


def _strategy(proposal: Proposal, hosts: str) -> str:
    several = len(proposal.reading.patterns) > 1
    if len(proposal.choice.hosts) < 2 or several:
        why = (
            "its plays are for several groups, which the playbook expects together"
            if several
            else "there is one host"
        )
        kind = f"  # All hosts at once: {why}.\n  kind: big-bang\n"
    else:
        waves = "[1, 25%, rest]" if len(proposal.choice.hosts) > 7 else "[1, rest]"
        kind = f"  kind: phased\n  waves: {waves}\n  gate: {{soak: 30s, every: 5s}}\n"
    return (
        f"{kind}  hosts: {hosts}\n  playbook: {proposal.deploy_path}\n{_launched(proposal)}{_allow(proposal)}"
    )


def _notes(proposal: Proposal) -> str:
    return "".join(f"# {comment(note)}\n" for note in proposal.launch.notes)


def _approvers(proposal: Proposal) -> str:
    """Somebody must hold the role, and it is never whoever deploys."""
    return "".join(
        f"  # CHANGE: who approves; not whoever deploys.\n  {role}: Approver of {proposal.environment}\n"
        for role in proposal.launch.approvers
    )


def _launched(proposal: Proposal) -> str:
    """Variables, tags, forks and times, where there are some."""
    launch, lines = proposal.launch, []
    if launch.variables or launch.questions:
        lines += [f"  # Asked at launch before: {comment(question)}" for question in launch.questions]
    if launch.variables:
        lines.append("  variables:")
        lines += [
            f"    {name}: {json.dumps(value, ensure_ascii=True)}" for name, value in launch.variables.items()
        ]
    for key, tags in (("tags", launch.tags), ("skip_tags", launch.skip_tags)):
        lines += [f"  {key}: [{', '.join(map(json.dumps, tags))}]"] if tags else []
    lines += [f"  forks: {launch.forks}"] if launch.forks else []
    lines += [f"  run_timeout: {launch.run_timeout}s"] if launch.run_timeout else []
    return "".join(f"{line}\n" for line in lines)


def _allow(proposal: Proposal) -> str:
    reading, lines = proposal.reading, []
    if reading.injected_facts:
        named_facts = ", ".join(reading.injected_facts[:4])
        lines.append(
            f"    # Read as plain variables: {named_facts}{' and others' if len(reading.injected_facts) > 4 else ''}."
        )
        lines.append("    injected_facts: true")
    if reading.delegates:
        lines.append(f"    delegates: [{', '.join(map(word, reading.delegates))}]")
    return "  allow:\n" + "\n".join(lines) + "\n" if lines else ""


def _dynamic(proposal: Proposal) -> str:
    return "  dynamic_inventory: true\n" if proposal.choice.dynamic else ""


def _acceptance(proposal: Proposal) -> str:
    """Units that the playbook starts, ports it waits for, pages it fetches; else a file that it writes."""
    reading, checks = proposal.reading, []
    if proposal.launch.tags or proposal.launch.skip_tags:
        # Which of the tasks run is up to the tags, so nothing is certain that they start or write.
        reading = replace(reading, changes=(), asked=())
    for name, change in _running(reading).items():
        enabled = ", enabled: true" if change.enabled else ""
        checks.append(
            _check(
                f"unit: {{name: {word(name)}{enabled}}}", change.origin.on, proposal, "      within: 30s\n"
            )
        )
    checks += [_asked(asked, proposal) for asked in dict.fromkeys(reading.asked)]
    if not checks:
        written = [c for c in reading.named("file", "folder") if c.certain and c.state not in ("absent",)][:3]
        checks = [
            _check(f"file: {{path: {word(c.name)}, exists: true}}", c.origin.on, proposal) for c in written
        ]
        checks.insert(
            0,
            "    # CHANGE: nothing in the tree says how the service is used. Ask it, such as with `http`.\n",
        )
    # Each host of the deployment needs a check; those above may be for some groups only.
    if all("CHANGE" in check or _ON in check for check in checks):
        checks.append(
            "    - command: {run: 'test -z \"$(systemctl list-units --failed --no-legend --plain)\"'}\n"
            "      title: no unit has failed\n"
        )
    return "".join(checks)


def _running(reading: PlaybookReading) -> dict[str, Change]:
    """Units that certainly run when the playbook has ended: the last certain word about each is that it is started."""
    last = {change.name: change for change in reading.changes if change.kind == "unit" and change.certain}
    return {name: change for name, change in last.items() if change.state in ("started", "restarted")}


def _check(text: str, on: str, proposal: Proposal, more: str = "") -> str:
    where = f"{_ON}{word(on)}\n" if on and len(proposal.reading.patterns) > 1 else ""
    return f"    - {text}\n{where}{more}"


def _asked(asked: Asked, proposal: Proposal) -> str:
    text = (
        f"tcp: {{port: {asked.value}, origin: target, address: 127.0.0.1}}"
        if asked.kind == "port"
        else f"http: {{url: {word(asked.value)}, origin: target}}"
    )
    return _check(text, asked.origin.on, proposal, "      within: 30s\n")


def _declared(proposal: Proposal) -> str:
    kept = f"/var/lib/orch-kept/{proposal.choice.name}"
    lines = [
        "  changes:",
        f"    - {{task: {KEEP}, changes: [file: {kept}]}}",
        f"    - {{task: {NOTE}, changes: [file: {kept}]}}",
    ]
    claims: dict[str, list[Claim]] = {}
    outside = left_out(proposal)
    for claim in proposal.reading.claims:
        if _split(claim)[0] == "file" and any(
            _split(claim)[1].startswith(f"{folder}/") for folder in outside
        ):
            continue
        claims.setdefault(claim.task, []).append(claim)
    for task, each in claims.items():
        pattern = task if "{{" not in task else task.split("{{")[0] + "*"
        things = [
            f"{kind}: {word(name)}" for kind, name in dict.fromkeys(_split(c) for c in each if c.changed)
        ]
        lines.append(f"    # CHANGE: read from {comment(each[0].origin.place)}; see whether it changes more.")
        if things:
            lines.append(f"    - {{task: {word(pattern)}, changes: [{', '.join(things)}]}}")
        else:
            lines.append(f"    - {{task: {word(pattern)}, nothing: {word(each[0].nothing)}}}")
    return "\n".join(lines) + "\n"


def _split(claim: Claim) -> tuple[str, str]:
    kind, _, name = claim.changed.partition(": ")
    return kind, name


def ignore_text(proposal: Proposal) -> str:
    """What lies in the tree and is no part of what a run reads."""
    lines = [
        "# What is no part of what the playbooks run, in the form of .gitignore: a change of it asks for no new approval."
    ]
    lines += ["/*.md", "/LICENSE*", "/Vagrantfile", *proposal.choice.ignored]
    return "\n".join(lines) + "\n"
