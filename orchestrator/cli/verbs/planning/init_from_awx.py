"""`orch init --from-awx`: plans for the job templates of an AWX export, in a checkout of their project."""

from __future__ import annotations

import getpass
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from orchestrator.cli.verbs.planning.agreement import agree
from orchestrator.cli.views.awx_lines import file_lines, finding_lines, next_lines, report_of
from orchestrator.domain.adoption.awx_export import AwxExport, AwxOutcome, AwxReason
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode, Fault, OrchError, PlanFault
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.templates import Template, narrowed
from orchestrator.policy.adoption.from_awx.translation import CHANNELS, Translation, project_names, translated
from orchestrator.policy.adoption.proposal import Choice, Proposal, named


@dataclass(frozen=True, slots=True)
class _Checkout:
    """What the import looks at beside the export. `staged` has the inventories that are going to be written."""

    project: Path
    staged: Path
    version: str
    person: str
    ignored: tuple[str, ...]
    hosts: dict[tuple[Path, str], tuple[str, ...]] = field(default_factory=dict)
    """Ansible is asked once for each pattern of an inventory."""


def import_from_awx(
    project: Path, export_file: Path, awx_project: str | None, inventory: str | None,
    *, dry_run: bool, yes: bool, as_json: bool,
) -> int:  # fmt: skip
    """Say what is going to be written and what is not translated, ask once, write all or nothing."""
    from orchestrator.adapters.files.awx_export import load_export

    export = load_export(export_file)
    ledger = Ledger(export)
    translation = translated(ledger, _chosen_project(export, awx_project))
    with tempfile.TemporaryDirectory(prefix="orch-init-") as staged:
        proposals = _proposals(ledger, translation, _checkout(project, Path(staged), translation), inventory)
    files = _files(project, translation, proposals.values())
    findings = ledger.findings()
    plans = {key: proposal.plan_path for key, proposal in proposals.items()}
    report = report_of(files, findings, plans, translation.workflows)
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        _show(files, [*file_lines(files, project), *finding_lines(findings)], whole=dry_run)
    if files and not dry_run:
        _write(project, files, yes=yes)
        written = f"Written: {len(files)} files. No other file was changed."
        click.echo(
            "" if as_json else "\n".join([written, *next_lines(project, plans, translation.workflows)]),
            nl=not as_json,
        )
    looked_at = any(each.outcome in (AwxOutcome.PERSON, AwxOutcome.LEFT_OUT) for each in findings)
    return ExitCode.COMPLETED_WITH_EXCEPTIONS if looked_at else ExitCode.COMPLETED


def _show(files: Mapping[str, str], lines: Iterable[str], *, whole: bool) -> None:
    if whole:
        for path, text in files.items():
            click.echo(f"# ---- {path}\n{text}", nl=False)
    for line in lines:
        click.echo(line if line.isprintable() else plain(line, 500))


def _write(project: Path, files: dict[str, str], *, yes: bool) -> None:
    from orchestrator.adapters.files.new_files import write_new
    from orchestrator.cli.verbs.planning.init import refuse_what_stands

    refuse_what_stands(project, files)
    agree(yes=yes)
    write_new(project, files)


def _chosen_project(export: AwxExport, given: str | None) -> str | None:
    names = project_names(export)
    if given is None and len(names) < 2:
        return next(iter(names), None)
    if given in names:
        return given
    expected = "one project, of which the folder is a checkout"
    known = ", ".join(names) or "none"
    move = "name it with --awx-project, and import each project in its own checkout"
    raise PlanFault([Fault(export.file, None, "projects", expected, f"{given or 'several'} ({known})", move)])


def _checkout(project: Path, staged: Path, translation: Translation) -> _Checkout:
    from orchestrator.adapters.ansible.adoption.git_words import commit_name, git_person
    from orchestrator.adapters.ansible.adoption.places import places_of

    for path, text in translation.inventories.values():
        if text:
            (staged / path).parent.mkdir(parents=True)
            (staged / path).write_text(text, encoding="utf-8")
    version, person = named(commit_name(project) or "1"), git_person(project) or getpass.getuser()
    return _Checkout(project, staged, version, person, places_of(project).ignored)


def _proposals(
    ledger: Ledger, translation: Translation, checkout: _Checkout, inventory: str | None
) -> dict[str, Proposal]:
    proposals: dict[str, Proposal] = {}
    taken: set[str] = set()
    for template in translation.templates:
        name = _free_name(named(template.name), taken)
        proposal = _proposal(
            ledger, template, _inventory(translation, template, checkout, inventory), checkout, name
        )
        if proposal is not None:
            proposals[template.key] = proposal
            taken.add(name.casefold())
    return proposals


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free.casefold() in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _inventory(
    translation: Translation, template: Template, checkout: _Checkout, given: str | None
) -> tuple[str, Path] | None:
    """The path for the plan, and where the file is now."""
    from orchestrator.adapters.ansible.adoption.places import inventory_at

    path, text = translation.inventories.get(template.inventory, ("", ""))
    if text:
        return path, checkout.staged / path
    for each in (path, given or ""):
        place = inventory_at(checkout.project, Path(each)) if each else None
        if place is not None and not place.dynamic and not Path(place.path).is_absolute():
            return place.path, checkout.project / place.path
    return None


def _proposal(
    ledger: Ledger, template: Template, inventory: tuple[str, Path] | None, checkout: _Checkout, name: str
) -> Proposal | None:
    from orchestrator.adapters.ansible.adoption.reading import read_playbook

    playbook = checkout.project / template.playbook
    if not (playbook.resolve().is_relative_to(checkout.project) and playbook.is_file()):
        ledger.left_out(template.path, AwxReason.NO_PLAYBOOK, template.playbook)
        return None
    if inventory is None:
        ledger.left_out(template.path, AwxReason.NO_INVENTORY)
        return None
    path, place = inventory
    asked = [question.partition(":")[0] for question in template.launch.questions]
    reading = read_playbook(template.playbook, checkout.project, place, template.launch.variables, asked)
    pattern = narrowed(reading.hosts, template.limit)
    if pattern is None:
        pattern = template.limit.replace(",", ":")
        ledger.person((*template.path, "limit"), AwxReason.LIMIT, reading.hosts)
    hosts = _hosts(checkout, place, pattern)
    if not hosts:
        ledger.left_out(template.path, AwxReason.NO_HOSTS, pattern)
        return None
    unit = template.playbook, hashlib.sha256(playbook.read_bytes()).hexdigest()
    choice = Choice(
        name,
        checkout.version,
        template.playbook,
        path,
        dynamic=False,
        person=checkout.person,
        hosts=hosts,
        unit=unit,
        ignored=checkout.ignored,
        own_deploy=True,
    )
    return Proposal(
        reading, choice, replace(template.launch, hosts=pattern if pattern != reading.hosts else "")
    )


def _hosts(checkout: _Checkout, place: Path, pattern: str) -> tuple[str, ...]:
    """None where Ansible cannot read the inventory, or has no such hosts."""
    from orchestrator.adapters.ansible.adoption.reading import hosts_in

    if (place, pattern) not in checkout.hosts:
        try:
            checkout.hosts[place, pattern] = hosts_in(checkout.project, place, pattern, dynamic=False).hosts
        except OrchError:
            checkout.hosts[place, pattern] = ()
    return checkout.hosts[place, pattern]


def _files(project: Path, translation: Translation, proposals: Iterable[Proposal]) -> dict[str, str]:
    from orchestrator.cli.verbs.planning.init import files_of

    files: dict[str, str] = {path: text for path, text in translation.inventories.values() if text}
    if translation.channels is not None:
        files[CHANNELS] = translation.channels
    plans: Mapping[str, str] = {}
    for proposal in proposals:
        own = files_of(project, proposal)
        plans = {**plans, proposal.plan_path: own.pop(proposal.plan_path)}
        files |= {path: text for path, text in own.items() if path not in files}
    return {**files, **plans}
