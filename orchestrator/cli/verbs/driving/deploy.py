"""`orch deploy`: run a plan to its end, in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.become_options import become_options, refuse_to_ask_for_another
from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.detach_option import detach_option, refuse_both, say_detached
from orchestrator.cli.options.patience import patience_of, patience_options
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.wiring import drivers, ports_to_start, server
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.names import is_among
from orchestrator.errors import UsageFault


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--approved-by",
    multiple=True,
    metavar="ROLE=PERSON",
    help='An approval that the plan requires, such as "change manager=Bo Lind"; may be repeated.',
)
@patience_options(
    "for what is lacking before the start: approvals, windows, machines that another deployment holds"
)
@detach_option
@json_option
@by_option
@speaking_key_option
@ansible_option
@become_options
def deploy(
    plan: Path,
    approved_by: tuple[str, ...],
    wait: bool,  # noqa: FBT001
    at_most: str,
    detach: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    by: str,
) -> int:
    """Deploy the release plan in the file PLAN wave by wave, verify each wave, and back out on failure.

    Shows a live tree in a terminal and plain lines elsewhere. Ctrl-C pauses at the next safe point. A second Ctrl-C leaves
    at once, and `orch resume` continues later. --detach returns when the deployment has begun. The exit code says how
    the deployment ended (docs/exit-codes.md).
    """
    approvals = approvals_of(approved_by)
    patience = patience_of(wait=wait, at_most=at_most)
    refuse_both(detach=detach, wait=wait)
    refuse_to_ask_for_another(detach=detach)
    if (asked := server()) is not None:
        from orchestrator.cli.verbs.driving import at_server

        return at_server.deploy(
            asked, plan.as_posix(), approvals, detach=detach, patience=patience, as_json=as_json
        )
    ports = ports_to_start(plan)
    from orchestrator.cli.follow import drive_in_view
    from orchestrator.cli.views.unreadable import say_unreadable
    from orchestrator.engine.lookup.snapshots import survey
    from orchestrator.engine.ports import Watcher
    from orchestrator.engine.use_cases import deployment_commands, patient_start

    def drive(watch: Watcher) -> Deployment:
        if patience is None:
            return deployment_commands.deploy(ports, plan, by=by, approvals=approvals, watch=watch)
        return patient_start.deploy_and_wait(
            ports, plan, by=by, approvals=approvals, watch=watch, patience=patience
        )

    try:
        if detach:
            line = patient_start.deploy_detached(ports, drivers(), plan, by=by, approvals=approvals)
            return say_detached(line, as_json=as_json)
        code = drive_in_view(ports, drive, by=by, as_json=as_json)
        say_unreadable(survey(ports.journal))
        return code
    finally:
        ports.playbooks.let_go()


def approvals_of(given: tuple[str, ...]) -> dict[str, str]:
    """Read role and person from each `ROLE=PERSON`. Raises UsageFault."""
    approvals: dict[str, str] = {}
    for each in given:
        role, equals, person = (part.strip() for part in each.partition("="))
        if not role or not equals or not person:
            raise UsageFault(f'--approved-by "{each}" names no person; write --approved-by "ROLE=PERSON".')
        readable_name(role, "--approved-by")
        readable_name(person, "--approved-by")
        if is_among(role, approvals):
            raise UsageFault(f"--approved-by names the role {role} twice; keep one.")
        approvals[role] = person
    return approvals
