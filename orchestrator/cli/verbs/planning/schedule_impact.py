"""`orch schedule impact`: which planned releases a change touches (ISO/IEC 20000-1 9.3)."""

from __future__ import annotations

import json
from difflib import get_close_matches

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.schedule_times import from_option, moment_of_option, zone_given, zone_option
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.text.names import is_among
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases import schedule as use
from orchestrator.errors import ExitCode, UsageFault
from orchestrator.policy.calendar.impact import PlannedChange, TouchedRelease
from orchestrator.policy.telling.words.impact_words import time_words, touch_lines


@click.command(name="impact")
@click.option("--ci", "cis", multiple=True, metavar="NAME", help="A configuration item; may be repeated.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service; may be repeated.")
@click.option(
    "--machine",
    "machines",
    multiple=True,
    metavar="NAME",
    help="A host, a group, an address or a machine; may be repeated.",
)
@from_option
@click.option("--until", "--to", "ends", metavar="TIME", help="The end of the range, a moment or a day.")
@zone_option
@json_option
def impact(
    cis: tuple[str, ...],
    services: tuple[str, ...],
    machines: tuple[str, ...],
    begins: str | None,
    ends: str | None,
    zone: str | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Show which planned releases a change touches: scheduled, open and running ones, each with how.

    The exit code is 10 when the change touches one, else 0. A release without a time is shown whatever the range is.
    """
    change = PlannedChange(cis=cis, services=services, machines=machines)
    names = (*cis, *services, *machines)
    if not all(name.strip() for name in names) or not names:
        raise UsageFault("Name what is to change: --ci NAME, --service NAME or --machine NAME.")
    ports = ports_of_home()
    clocks = zone_given(zone, use.policies_of(use.open_deployments(ports)))
    now = ports.clock.now()
    first = None if begins is None else moment_of_option(begins, now, clocks.key, "--from")
    last = None if ends is None else moment_of_option(ends, now, clocks.key, "--until")
    if first is not None and last is not None and last <= first:
        raise UsageFault("--from and --until: expected an end after the start; correct one of them.")
    answer = use.impact_of_change(ports, change, first, last)
    unknown = [name for name in names if not is_among(name, answer.known)]
    if as_json:
        click.echo(_answer_json(change, answer.touched, unknown))
    else:
        for release in answer.touched:
            _print(release, time_words(release, clocks))
        for name in unknown:
            click.echo(_unknown_words(name, answer.known))
        if not answer.touched:
            click.echo("No planned release is touched.")
    return ExitCode.CONFLICT if answer.touched else ExitCode.COMPLETED


def _print(release: TouchedRelease, when: str) -> None:
    kind = "rehearsal of " if release.rehearsal else ""
    requests = f", {', '.join(release.rfcs)}" if release.rfcs else ""
    line = f"{release.id}: {kind}{release.title}{requests}, {release.stands}, {when}, by {release.by}"
    click.echo(plain(line, 500))
    for words in touch_lines(release.touches):
        click.echo(f"  {plain(words, 500)}")


def _unknown_words(name: str, known: frozenset[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    guess = f"; did you mean {plain(close[0], 100)}?" if close else "."
    return f"No plan on record knows {plain(name, 100)}{guess}"


def _answer_json(change: PlannedChange, touched: tuple[TouchedRelease, ...], unknown: list[str]) -> str:
    return json.dumps(
        {
            "kind": "impact",
            "change": change.model_dump(mode="json"),
            "touched": [release.model_dump(mode="json") for release in touched],
            "unknown": unknown,
        }
    )
