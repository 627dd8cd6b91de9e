"""`orch change`: the change ticket of a plan: what it is to say, whether it carries the plan, and what it is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.rehearsal_options import rehearsal_place
from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLook, TicketPlace
from orchestrator.domain.plan.planned_ticket import TICKET_NUMBER, TICKET_URL, TicketSystem
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.planning.placed_plan import put_in
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.use_cases import change_tickets
from orchestrator.engine.use_cases.ticket_check import check_ticket, subject_of
from orchestrator.errors import ExitCode, UsageFault
from orchestrator.policy.authority.ticket_text import ticket_lines
from orchestrator.policy.course.ticket_delivery import ticket_sentences
from orchestrator.policy.telling.words.ticket_words import SYSTEM_NAMES, lack_line, ticket_line

if TYPE_CHECKING:
    from orchestrator.domain.authority.change_ticket import TicketDeed
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.domain.rules.prepared_plan import PreparedPlan
    from orchestrator.engine.ports import Ports
    from orchestrator.engine.use_cases.change_tickets import PlannedChange
    from orchestrator.policy.authority.ticket_admission import TicketAnswer

_plan = click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
_project = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder that the plan's paths are relative to.",
)
_environment = click.option(
    "--in",
    "environment",
    metavar="ENV",
    help="The change of a rehearsal in this environment, not of the plan itself.",
)
_inventory = click.option(
    "--inventory",
    type=click.Path(path_type=Path),
    help="The inventory of that environment [default: inventories/ENV of the project].",
)
_file = click.Path(dir_okay=False, exists=True, resolve_path=True)


class _Plan(TypedDict):
    """The options that say which plan is meant, and whether a rehearsal of it."""

    file: Path
    project: Path | None
    environment: str | None
    inventory: Path | None


class _Where(_Plan):
    """And which ticket of which system, with which credentials."""

    system: TicketSystem | None
    url: str | None
    number: str | None
    basic_auth: str | None
    bearer: str | None
    ca_file: str | None


@click.group()
def change() -> None:
    """The change ticket of a plan, in ServiceNow or Jira. No host is touched, and orch approves nothing there."""


@change.command()
@_plan
@_project
@_environment
@_inventory
def text(**plan: Unpack[_Plan]) -> None:
    """Print the lines that the description of the change needs: the digest of the effective plan, and the machines."""
    _, checked = _checked(**plan)
    subject = subject_of(checked)
    click.echo(ticket_lines(subject.effective, subject.machines), nl=False)


@change.command()
@_plan
@_project
@_environment
@_inventory
@click.option("--system", type=click.Choice(["servicenow", "jira"]), help="The ticket system.")
@click.option("--url", help="Its address, without the path of its API.")
@click.option("--ticket", "number", help="The number of the change, such as CHG0030001 or OPS-123.")
@click.option("--basic-auth", type=_file, help="A file that holds user:password.")
@click.option("--bearer", type=_file, help="A file that holds a token.")
@click.option("--ca-file", type=_file, help="The authorities of the system's certificate.")
@json_option
def check(as_json: bool, **where: Unpack[_Where]) -> int:  # noqa: FBT001 (click calls it)
    """Ask whether a ticket carries the plan: approved, for this effective plan and these machines, and open now.

    Asks for the ticket that the plan names, or for another one by --system, --url and --ticket. Exits with 0 if the ticket
    carries the plan, else with 4.
    """
    place = _place(where)
    ports, checked = _checked(where["file"], where["project"], where["environment"], where["inventory"])
    if place is None:
        planned = change_tickets.planned_change(checked)
        number, look, answer = change_tickets.look_at_change(ports, planned)
    else:
        number = place.number
        look, answer = check_ticket(ports, subject_of(checked), place)
    if as_json:
        click.echo(json.dumps(_shown(number, look, answer), indent=2))
    else:
        _print_lines(number, look, answer)
    return _exit_code(answer)


@change.command("open")
@_plan
@_project
@_environment
@_inventory
@by_option
def open_(by: str, **plan: Unpack[_Plan]) -> None:
    """Open the change of a plan as a draft, once, and print its number.

    The change says the digest of the effective plan, its machines, window, risks and backout. orch keeps the number by the
    digest, so the plan stays as it is. Submit the draft for approval in the ticket system.
    """
    ports, planned = _planned(**plan)
    deed = change_tickets.open_change(ports, planned, by=by)
    _print_deed(planned, deed)


@change.command()
@_plan
@_project
@_environment
@_inventory
@by_option
def update(by: str, **plan: Unpack[_Plan]) -> None:
    """Let the change say what the plan says now, while it is a draft."""
    ports, planned = _planned(**plan)
    _print_deed(planned, change_tickets.update_change(ports, planned, by=by))


@change.command()
@click.argument("what", metavar="PLAN|DEPLOYMENT")
@_project
@_environment
@_inventory
def show(what: str, project: Path | None, environment: str | None, inventory: Path | None) -> None:
    """Show the change of a plan or of a deployment as its system answers now, and what is owed to it."""
    if not Path(what).is_file():
        from orchestrator.cli.wiring import ports_to_look

        ports = ports_to_look()
        d = change_tickets.deployment_named(ports, what)
        if d is not None:
            _show_deployment(ports, d)
            return
    ports, planned = _planned(Path(what), project, environment, inventory)
    _print_lines(*change_tickets.look_at_change(ports, planned))


@change.command()
@click.argument("deployment")
@by_option
def deliver(deployment: str, by: str) -> int:
    """Tell the change ticket of DEPLOYMENT how that ended, where it is owed. Exits with 8 where it is still owed."""
    from orchestrator.cli.wiring import ports_to_look

    d = change_tickets.deliver_owed(ports_to_look(), deployment, by=by)
    for sentence in ticket_sentences(d):
        click.echo(plain(sentence, 600))
    return ExitCode.HELD if d.receipt_owed else ExitCode.COMPLETED


def _checked(
    file: Path, project: Path | None, environment: str | None, inventory: Path | None
) -> tuple[Ports, PreparedPlan]:
    from orchestrator.cli.wiring import ports_to_check

    ports = ports_to_check()
    return ports, _checked_by(ports, file, project, environment, inventory)


def _planned(
    file: Path, project: Path | None, environment: str | None, inventory: Path | None
) -> tuple[Ports, PlannedChange]:
    from orchestrator.cli.wiring import ports_to_look

    ports = ports_to_look()
    return ports, change_tickets.planned_change(_checked_by(ports, file, project, environment, inventory))


def _checked_by(
    ports: Ports, file: Path, project: Path | None, environment: str | None, inventory: Path | None
) -> PreparedPlan:
    if inventory is not None and environment is None:
        raise UsageFault("--inventory is that of a rehearsal. Name its environment with --in.")
    loaded = ports.plan_files.load(file, project)
    if environment is not None:
        loaded = put_in(loaded, rehearsal_place(environment, inventory))
    return check_plan(ports, loaded)


def _place(where: _Where) -> TicketPlace | None:
    """The ticket that the options name; None where they name none, so that the plan does."""
    system, url, number = where["system"], where["url"], where["number"]
    if system is None and url is None and number is None:
        if where["basic_auth"] or where["bearer"] or where["ca_file"]:
            raise UsageFault(
                "Credentials are for a ticket that --system, --url and --ticket name. Give those as well."
            )
        return None
    if system is None or url is None or number is None:
        raise UsageFault(
            "--system, --url and --ticket go together. Give all three, or none for the ticket of the plan."
        )
    if where["basic_auth"] and where["bearer"]:
        raise UsageFault("--basic-auth and --bearer exclude each other. Give one of them.")
    _address(url)
    _numbered(number)
    return TicketPlace(system, url, number, where["basic_auth"], where["bearer"], where["ca_file"])


def _address(url: str) -> None:
    """Refuse another URL: credentials never leave this machine in clear text."""
    if not re.fullmatch(TICKET_URL, url):
        raise UsageFault(
            "--url: expected https://HOST without a user, a password or a query (http only for this machine), "
            f"found {plain(url, 200)}; give the address of the ticket system."
        )


def _numbered(number: str) -> None:
    if not re.fullmatch(TICKET_NUMBER, number):
        raise UsageFault(
            f"--ticket: expected a number such as CHG0030001 or OPS-123, found {plain(number, 100)}; "
            "give the number that the ticket system shows."
        )


def _exit_code(answer: TicketAnswer) -> ExitCode:
    return ExitCode.REFUSED if answer.lacks else ExitCode.COMPLETED


def _print_deed(planned: PlannedChange, deed: TicketDeed) -> None:
    what = {"opened": "opened", "found": "was opened before", "updated": "updated"}.get(deed.did or "", "")
    click.echo(f"{deed.number} {what} in {SYSTEM_NAMES[planned.ticket.system]}: {planned.ticket.url}")
    click.echo(
        f"It is for effective plan {planned.subject.effective} on {', '.join(planned.subject.machines)}."
    )
    if planned.draft.starts is None and deed.did != "found":
        click.echo("The plan has no window: its planned start and end are filled in there.")


def _show_deployment(ports: Ports, d: Deployment) -> None:
    from orchestrator.engine.practices.deliver_receipt import record_digest

    look = change_tickets.look_of_deployment(ports, d)
    detail = f" ({plain(look.detail, 300)})" if look.detail else ""
    click.echo(
        ticket_line(look.answer)
        if isinstance(look.answer, ChangeTicket)
        else f"{d.ticket.number}: {look.answer}{detail}"
    )
    for sentence in ticket_sentences(d):
        click.echo(plain(sentence, 600))
    if d.over:
        events, digest = record_digest(ports.journal, d)
        click.echo(f"Record: {d.id}, events 1 to {events}, sha256 {digest}")


def _print_lines(number: str, look: TicketLook, answer: TicketAnswer) -> None:
    if isinstance(look.answer, ChangeTicket):
        click.echo(ticket_line(look.answer))
    detail = f" ({plain(look.detail, 300)})" if look.detail else ""
    for lack in answer.lacks:
        click.echo(f"{lack}: {lack_line(lack)}{detail}")
    click.echo(f"{number} {'does not carry' if answer.lacks else 'carries'} this plan.")


def _shown(number: str, look: TicketLook, answer: TicketAnswer) -> dict[str, object]:
    ticket = look.answer.model_dump(mode="json") if isinstance(look.answer, ChangeTicket) else None
    return {
        "number": number,
        "ticket": ticket,
        "lacks": list(answer.lacks),
        "detail": look.detail,
        "exit_code": int(_exit_code(answer)),
    }
