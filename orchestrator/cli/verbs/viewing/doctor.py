"""`orch doctor`: what this machine has for deployments, what is missing, and what each lack means."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.common_options import json_option
from orchestrator.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.bootstrap.doctor.machine import LabSeen


@click.command()
@ansible_option
@json_option
def doctor(as_json: bool) -> int:  # noqa: FBT001
    """Show what this machine has, what is missing, what each lack means, and the command that helps.

    Nothing is made, and no host is reached. Exits with 12 where something is missing that every deployment needs, else 0.
    """
    from orchestrator.bootstrap.doctor import examined, lacks_what_every_deployment_needs
    from orchestrator.cli.views import doctor_view as view

    findings = examined(os.environ, wiring.named_ansible(), _lab_seen, wiring.house_file())
    lacks = lacks_what_every_deployment_needs(findings)
    if as_json:
        click.echo(json.dumps({"ok": not lacks, "findings": [view.as_json(finding) for finding in findings]}))
    else:
        from orchestrator.cli.views.table import print_table

        print_table(view.HEADINGS, list(map(view.row_of, findings)), list(map(view.style_of, findings)))
    return ExitCode.MACHINE_LACKS if lacks else ExitCode.COMPLETED


def _lab_seen() -> LabSeen:
    from orchestrator.bootstrap.doctor.machine import LabSeen
    from orchestrator.lab.needs import lacking
    from orchestrator.lab.paths import HOME

    return LabSeen(lacking(), any(HOME.glob("base-*")))
