"""`orch run-due`: start deployments that are due, from a timer or as a service."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.wiring import drivers as drivers_of_home
from orchestrator.cli.wiring import has_journal, say_no_home
from orchestrator.cli.wiring import ports as ports_of_home
from orchestrator.domain.text.model_base import seconds_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Drivers, Ports
from orchestrator.engine.use_cases.due_start import DueLine, What
from orchestrator.engine.use_cases.run_due import run_due, wait_for
from orchestrator.errors import ExitCode, OrchError, UsageFault
from orchestrator.policy.telling.exit_codes import exit_code_of

CODES: dict[What, ExitCode | None] = {
    "started": None,
    "skipped": None,
    "waits": None,
    "driven already": None,
    "overdue": None,
    "reminds": None,
    "ended": None,
    "delivered": None,
    "audited": None,
    "drift found": ExitCode.DRIFT_FOUND,
    "owed": ExitCode.HELD,
    "failed": ExitCode.REFUSED,
    "refused": ExitCode.REFUSED,
    "not admitted": ExitCode.HELD,
    "asks": ExitCode.HELD,
}
WORST_FIRST = (
    ExitCode.BACKOUT_FAILED,
    ExitCode.BACKED_OUT_WITH_RESIDUE,
    ExitCode.BACKED_OUT,
    ExitCode.REFUSED,
    ExitCode.HELD,
    ExitCode.DRIFT_FOUND,
    ExitCode.COMPLETED_WITH_EXCEPTIONS,
    ExitCode.CANCELLED,
)


@click.command()
@click.option(
    "--once", is_flag=True, help="Look once and exit; started deployments keep running. For a timer."
)
@click.option("--watch", is_flag=True, help="Keep looking until this command is stopped. For a service.")
@click.option("--every", default="30s", show_default=True, metavar="TIME", help="How often --watch looks.")
@click.option(
    "--queue", is_flag=True, help="Have workers drive them (orch worker), not processes of this machine."
)
@json_option
@by_option
@speaking_key_option
@ansible_option
def run_due_(once: bool, watch: bool, every: str, queue: bool, as_json: bool, by: str) -> int:  # noqa: FBT001
    """Start every scheduled deployment whose time has come, each driven by a process of its own.

    A deployment waits while a running one shares a machine, a configuration item or a service with it. Without an option
    this command waits until everything that it started has ended. It also makes the audits that environments owe
    (docs/cmdb-audit.md). The exit code is 0 when all went well, else that of the worst end; 8 means that something waits
    for a person (docs/schedule.md).
    """
    if once and watch:
        raise UsageFault("--once and --watch are two ways to look; choose one.")
    if not watch and not has_journal():
        say_no_home()
        return ExitCode.COMPLETED
    ports, drivers = ports_of_home(), _of_queue() if queue else drivers_of_home()
    exit_codes: list[ExitCode] = []
    say = _saying(exit_codes, as_json=as_json)
    if watch:
        return _watch(ports, drivers, _seconds(every), by, say)
    started = run_due(ports, drivers, by=by, say=say)
    if not once:
        exit_codes += [exit_code_of(d) for d in wait_for(ports, drivers, started, say)]
    return next((code for code in WORST_FIRST if code in exit_codes), ExitCode.COMPLETED)


def _of_queue() -> Drivers:
    from orchestrator.bootstrap.nodes import queued_drivers, store_url

    return queued_drivers(store_url())


def _watch(ports: Ports, drivers: Drivers, every: float, by: str, say: Callable[[DueLine], None]) -> int:
    """Look until Ctrl-C or a signal; an error in one look is printed, and the watch goes on."""
    last_lines: dict[str, DueLine] = {}

    def once_each(line: DueLine) -> None:
        if last_lines.get(line.deployment) != line:
            last_lines[line.deployment] = line
            say(line)

    last = ""
    while True:
        try:
            run_due(ports, drivers, by=by, say=once_each)
            last = ""
        except OrchError as fault:
            if str(fault) != last:
                click.echo(str(fault), err=True)
            last = str(fault)
        ports.clock.sleep(every)


def _saying(exit_codes: list[ExitCode], *, as_json: bool) -> Callable[[DueLine], None]:
    def say(line: DueLine) -> None:
        code = CODES[line.what]
        if code is not None:
            exit_codes.append(code)
        if as_json:
            click.echo(
                json.dumps(
                    {"deployment": line.deployment, "what": line.what, "words": plain(line.words, 2000)}
                )
            )
        else:
            click.echo(f"{line.deployment}: {line.what}: {plain(line.words, 1000)}")

    return say


def _seconds(text: str) -> float:
    try:
        seconds = seconds_of(text)
    except ValueError as expected:
        raise UsageFault(f"--every: expected {expected}, found {plain(text, 40)!r}.") from None
    if not 1.0 <= float(seconds) <= 3600.0:
        raise UsageFault("--every: expected 1s to 1h.")
    return float(seconds)
