"""`orch schedule`: the schedule of change: which deployment runs when, and what conflicts with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.schedule_times import (
    from_option,
    moment_of_option,
    range_given,
    to_option,
    zone_given,
    zone_option,
)
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.driving.deploy import approvals_of
from orchestrator.cli.verbs.planning.schedule_impact import impact
from orchestrator.cli.views.table import print_table
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import server
from orchestrator.domain.calendar.schedule_of_change import Booking, MissedStart
from orchestrator.domain.calendar.time_input import zone_named
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import schedule as use
from orchestrator.engine.use_cases.scheduled_lines import added_lines
from orchestrator.errors import ExitCode, NotFound, UsageFault
from orchestrator.policy.calendar.conflicts import ConflictFound, conflicts, conflicts_of
from orchestrator.policy.calendar.published_schedule import PublishedSchedule, published
from orchestrator.policy.telling.words.schedule_words import (
    conflict_words,
    machine_words,
    state_words,
)

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server

HEADINGS = ("starts", "ends", "id", "what", "state", "when missed", "conflicts", "by")
MISSED: dict[str, MissedStart] = {"start-while-open": "start while open", "ask": "ask", "skip": "skip"}
AHEAD = timedelta(days=730)
EXPORTED = (timedelta(days=31), timedelta(days=92))


@click.group()
def schedule() -> None:
    """The schedule of change: planned deployments and their conflicts. `orch run-due` starts them."""


schedule.add_command(impact)


@schedule.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--at",
    required=True,
    metavar="TIME",
    help='The start, such as "2026-06-06T22:00 Europe/Berlin" or "in 30m".',
)
@zone_option
@click.option(
    "--missed",
    type=click.Choice(list(MISSED)),
    help="What to do after a missed start [default: as the plan says].",
)
@click.option(
    "--despite",
    multiple=True,
    metavar="NAME",
    help="A freeze, or `window`, that a role will override; may be repeated.",
)
@click.option("--alone", is_flag=True, help="Add nothing if there is a conflict, and exit with 10.")
@click.option(
    "--approved-by", multiple=True, metavar="ROLE=PERSON", help="An approval that the plan requires."
)
@json_option
@by_option
@speaking_key_option
def add(plan: Path, approved_by: tuple[str, ...], as_json: bool, by: str, **wished: Any) -> None:  # noqa: FBT001
    """Schedule a deployment of PLAN at TIME, and show its conflicts. A conflict prevents this only with --alone.

    Refuses a time that is past, that clocks skip or show twice, that is outside every window, or in a freeze.
    """
    ports = ports_of_home()
    zone: str | None = wished["zone"]
    zone_given(zone)
    starts = moment_of_option(wished["at"], ports.clock.now(), zone, "--at")
    missed = MISSED[wished["missed"]] if wished["missed"] else None
    if (asked := server()) is not None:
        _add_there(asked, plan, starts, missed, approvals_of(approved_by), wished, as_json=as_json)
        return
    wish = use.StartRequest(starts, missed, wished["despite"], wished["alone"])
    added = use.add(ports, plan, wish, by=by, approvals=approvals_of(approved_by))
    if as_json:
        click.echo(_entry_json(added.booking, added.conflicts))
        return
    policy = added.deployment.authority.policy
    clocks = zone_given(zone or zone_named(wished["at"]), [policy] if policy else [])
    for line in added_lines(added, clocks):
        click.echo(line)


def _add_there(
    asked: Server,
    plan: Path,
    starts: datetime,
    missed: MissedStart | None,
    approvals: dict[str, str],
    wished: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from orchestrator.cli.verbs.driving import at_server

    body: dict[str, object] = {
        "plan": plan.as_posix(),
        "at": starts.isoformat(),
        "missed": missed,
        "despite": list(wished["despite"]),
        "alone": wished["alone"],
        "zone": wished["zone"] or zone_named(wished["at"]),
        "approved_by": approvals,
    }
    answer = at_server.schedule(asked, body, starts)
    if as_json:
        click.echo(
            json.dumps({"kind": "scheduled", "booking": answer["booking"], "conflicts": answer["conflicts"]})
        )
        return
    for line in answer["lines"]:
        click.echo(plain(str(line), 1000))


@schedule.command(name="list")
@from_option
@to_option
@zone_option
@click.option("--all", "everything", is_flag=True, help="Include deployments that are over or withdrawn.")
@json_option
def list_(begins: str | None, ends: str | None, zone: str | None, everything: bool, as_json: bool) -> None:  # noqa: FBT001
    """List scheduled and running deployments by start time: from now on, or in the range given."""
    ports = ports_of_home()
    clocks = zone_given(zone, use.policies_of(use.open_deployments(ports)))
    first, last = range_given(begins, ends, ports.clock.now(), (timedelta(0), AHEAD), clocks)
    bookings = use.all_bookings(ports)
    shown = published(
        [b for b in bookings if everything or b.is_booked], (), first, last, service_needs(ports)
    )
    if as_json:
        click.echo(shown.model_dump_json(ensure_ascii=True))
    elif shown.bookings:
        styles = [{"conflicts": "red"} if shown.conflicts_of(b.id) else {} for b in shown.bookings]
        print_table(HEADINGS, [_row(b, shown, clocks) for b in shown.bookings], styles)
        for conflict in shown.conflicts:
            click.echo(f"conflict: {plain(conflict_words(conflict, clocks), 500)}")
    else:
        click.echo("Nothing is scheduled in this time; `orch schedule add PLAN --at TIME` adds a deployment.")


@schedule.command(name="conflicts")
@click.argument("what", required=False, metavar="[PLAN|ID]")
@click.option("--at", metavar="TIME", help="When PLAN would start [default: as it is scheduled].")
@zone_option
@json_option
def show_conflicts(what: str | None, at: str | None, zone: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Show the conflicts between scheduled and running deployments: all, or those of a PLAN or of the deployment ID.

    Two deployments conflict when they share time and also a machine, a configuration item, a person, a service in one
    environment, or a dependency that a plan or the CMDB has. The exit code is 10 when there is a conflict, else 0.
    """
    ports = ports_of_home()
    booking, bookings = _asked(ports, what, at, zone)
    needs = service_needs(ports)
    clashes = conflicts(bookings, needs) if booking is None else conflicts_of(booking, bookings, needs)
    clocks = zone_given(zone, use.policies_of(use.open_deployments(ports)))
    if as_json:
        for conflict in clashes:
            click.echo(conflict.model_dump_json(ensure_ascii=True))
    for line in (
        []
        if as_json
        else [
            plain(conflict_words(conflict, clocks, booking.id if booking else ""), 500)
            for conflict in clashes
        ]
    ):
        click.echo(line)
    if not as_json:
        for line in machine_words(booking) if booking else ():
            click.echo(line)
        if not clashes:
            click.echo("No conflict.")
    return ExitCode.CONFLICT if clashes else ExitCode.COMPLETED


@schedule.command()
@click.option("--ical", type=click.Path(path_type=Path, allow_dash=True), help="Write iCalendar (RFC 5545).")
@click.option("--json", "json_file", type=click.Path(path_type=Path, allow_dash=True), help="Write JSON.")
@click.option(
    "--html", type=click.Path(path_type=Path, allow_dash=True), help="Write a page with a calendar."
)
@from_option
@to_option
@zone_option
def export(
    ical: Path | None,
    json_file: Path | None,
    html: Path | None,
    begins: str | None,
    ends: str | None,
    zone: str | None,
) -> None:
    """Write the schedule of change to files (`-` is standard output) [default: one month back and three ahead].

    A page begins today, unless --from says otherwise.

    The calendar has the reviews of models and policies as well, of the house and of the project in this folder.
    With --from and --to an unchanged schedule gives an identical file, byte for byte.
    """
    if not (ical or json_file or html):
        raise UsageFault("Nothing was written: name a file with --ical, --json or --html.")
    ports = ports_of_home()
    policies = use.policies_of(use.open_deployments(ports))
    clocks = zone_given(zone, policies)
    first, last = range_given(begins, ends, ports.clock.now(), EXPORTED, clocks)
    bookings, needs = use.all_bookings(ports), service_needs(ports)
    whole = published(bookings, policies, first, last, needs)
    today = datetime.combine(ports.clock.now().astimezone(clocks).date(), time(), clocks).astimezone(UTC)
    ahead = published(bookings, policies, today, last, needs) if begins is None and today < last else whole
    from orchestrator.cli.verbs.planning.document_reviews import reviews_due
    from orchestrator.cli.views.schedule_files import write_files

    write_files(
        whole, ahead, clocks, lambda: reviews_due(first, last), ical=ical, json_file=json_file, html=html
    )


@schedule.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@by_option
@speaking_key_option
def withdraw(deployment: str, reason: str, by: str) -> None:
    """Withdraw DEPLOYMENT from the schedule before it begins; its record stays, as cancelled."""
    d = use.withdraw(ports_of_home(), deployment, by=by, reason=reason)
    click.echo(f"{d.id}: withdrawn from the schedule; nothing was touched.")


def _asked(
    ports: Ports, what: str | None, at: str | None, zone: str | None
) -> tuple[Booking | None, Sequence[Booking]]:
    bookings = use.all_bookings(ports)
    if what is None:
        return None, bookings
    if not Path(what).is_file():
        d = find(ports, what)
        booking = next((b for b in bookings if b.id == d.id), None)
        if booking is None:
            anew = f"; a new one gets one: orch schedule add {command_word(d.plan_file)} --at TIME"
            move = anew if d.over else f", because it is started by hand: orch resume {d.id}"
            raise NotFound(f"{d.id} has no time in the schedule{move}.")
        return booking, bookings
    starts = moment_of_option(at, ports.clock.now(), zone, "--at") if at is not None else None
    return use.imagined(ports, Path(what), starts)


def _row(b: Booking, shown: PublishedSchedule, zone: ZoneInfo) -> tuple[str, ...]:
    ends = _clock(b.ends, zone) if b.ends is not None else "not known"
    conflicting = str(len(shown.conflicts_of(b.id)) or "")
    return (
        _clock(b.starts, zone),
        ends,
        b.id,
        plain(b.title, 80),
        plain(state_words(b), 120),
        b.missed,
        conflicting,
        plain(b.by, 40),
    )


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _entry_json(booking: Booking, clashes: Sequence[ConflictFound]) -> str:
    return json.dumps(
        {
            "kind": "scheduled",
            "booking": booking.model_dump(mode="json"),
            "conflicts": [conflict.model_dump(mode="json") for conflict in clashes],
        }
    )
