"""`orch change`: what a change ticket is to say about a plan, and whether it says so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.domain.authority.change_ticket import (
    TICKET_NUMBER,
    ChangeTicket,
    TicketLook,
    TicketPlace,
    TicketSystem,
)
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.use_cases.ticket_check import PlanSubject, check_ticket, subject_of
from orchestrator.errors import ExitCode, UsageFault
from orchestrator.policy.authority.ticket_text import ticket_lines
from orchestrator.policy.telling.words.ticket_words import LACK_WORDS, ticket_line

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports
    from orchestrator.policy.authority.ticket_admission import TicketAnswer

_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_HERE = re.compile(r"http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?/?")
_plan = click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
_project = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder that the plan's paths are relative to.",
)
_file = click.Path(dir_okay=False, exists=True, resolve_path=True)


class _Where(TypedDict):
    """The options that say which ticket of which system, and with which credentials."""

    system: TicketSystem
    url: str
    number: str
    basic_auth: str | None
    bearer: str | None
    ca_file: str | None


@click.group()
def change() -> None:
    """Change tickets of ServiceNow and Jira. Nothing is changed there, and no host is touched."""


@change.command()
@_plan
@_project
def text(file: Path, project: Path | None) -> None:
    """Print the lines that the description of the change needs: the digest of the effective plan, and the machines."""
    _, subject = _checked(file, project)
    click.echo(ticket_lines(subject.effective, subject.machines), nl=False)


@change.command()
@_plan
@_project
@click.option("--system", type=click.Choice(["servicenow", "jira"]), required=True, help="The ticket system.")
@click.option("--url", required=True, help="Its address, without the path of its API.")
@click.option(
    "--ticket", "number", required=True, help="The number of the change, such as CHG0030001 or OPS-123."
)
@click.option("--basic-auth", type=_file, help="A file that holds user:password.")
@click.option("--bearer", type=_file, help="A file that holds a token.")
@click.option("--ca-file", type=_file, help="The authorities of the system's certificate.")
@json_option
def check(
    file: Path,
    project: Path | None,
    as_json: bool,  # noqa: FBT001 (click calls it)
    **where: Unpack[_Where],
) -> int:
    """Ask whether a ticket carries the plan: approved, for this effective plan and these machines, and open now.

    Exits with 0 if it does, else with 4. Run it right before `orch deploy`: it does not bind what is deployed.
    """
    place = _place(where)
    ports, subject = _checked(file, project)
    look, answer = check_ticket(ports, subject, place)
    if as_json:
        click.echo(json.dumps(_shown(place.number, look, answer), indent=2, ensure_ascii=False))
    else:
        _print_lines(place.number, look, answer)
    return _exit_code(answer)


def _checked(file: Path, project: Path | None) -> tuple[Ports, PlanSubject]:
    from orchestrator.cli.wiring import ports_to_check

    ports = ports_to_check()
    return ports, subject_of(check_plan(ports, ports.plan_files.load(file, project)))


def _place(where: _Where) -> TicketPlace:
    if where["basic_auth"] and where["bearer"]:
        raise UsageFault("--basic-auth and --bearer exclude each other. Give one of them.")
    _address(where["url"])
    _numbered(where["number"])
    return TicketPlace(**where)


def _address(url: str) -> None:
    """Refuse another URL: credentials never leave this machine in clear text."""
    if not _URL.fullmatch(url) and not _HERE.fullmatch(url):
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


def _print_lines(number: str, look: TicketLook, answer: TicketAnswer) -> None:
    if isinstance(look.answer, ChangeTicket):
        click.echo(ticket_line(look.answer))
    detail = f" ({plain(look.detail, 300)})" if look.detail else ""
    for lack in answer.lacks:
        click.echo(f"{lack}: {LACK_WORDS[lack]}{detail}")
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
