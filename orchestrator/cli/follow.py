"""Drive a deployment in the foreground: choose the view, handle Ctrl-C, return the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

import click

from orchestrator.cli.interruption import Interruption
from orchestrator.cli.wiring import ports as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Paused, Recorded
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import ExitCode, OrchError
from orchestrator.policy.telling.exit_codes import exit_code_of


class LiveView(Protocol):
    """A view of a deployment while orch drives it."""

    def __enter__(self) -> LiveView: ...
    def __exit__(self, *exception: object) -> None: ...
    def __call__(self, record: Recorded) -> None:
        """Take one record. The driver calls this, so it must be quick."""

    def notice(self, text: str) -> None:
        """Show a message that is not on the journal."""

    def ended(self, d: Deployment) -> None:
        """Show how the deployment stands at the end."""


class Follower:
    """A watcher that passes records to a view; a fault in the view never stops the deployment."""

    def __init__(self, view: LiveView, by: str, own_ports: Callable[[], Ports] = ports_of_home) -> None:
        """`own_ports` makes the ports for a pause, because another thread than the driver's requests it."""
        self.view = view
        self.by = by
        self._own_ports = own_ports
        self.deployment = ""
        self._seen = 0
        self._blind = False

    def __call__(self, record: Recorded) -> None:
        if record.seq <= self._seen:
            return
        self.deployment, self._seen = record.deployment, record.seq
        with self.unharmed():
            if not self._blind:
                self.view(record)

    @contextmanager
    def unharmed(self) -> Generator[None]:
        """Stop using a view that fails, on a closed pipe for example; the deployment goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever a view stumbles over, driving comes first)
            self._blind = True
            if not isinstance(error, BrokenPipeError):
                click.echo(f"The view failed ({error!r}); the deployment goes on.", err=True)

    def pause(self) -> None:
        """Handle the first Ctrl-C: request a pause through the journal, as any other terminal would."""
        if not self.deployment:
            self.view.notice("Nothing has begun yet; Ctrl-C again leaves.")
            return
        self.view.notice(
            "Pausing at the next safe point; a run that is under way finishes. Ctrl-C again leaves at once."
        )
        word = Paused(by=self.by, reason="Ctrl-C")
        try:
            signal(self._own_ports(), self.deployment, word, signed=False)
        except OrchError as refused:
            self.view.notice(str(refused))

    def leave(self) -> None:
        """Handle the second Ctrl-C: restore the terminal, and say what still runs."""
        self.view.__exit__(None, None, None)
        sys.stdout.flush()
        goes_on = (
            f"Left. A run that is under way goes on in its worker; `orch resume {self.deployment}` continues."
            if self.deployment
            else "Left before anything began."
        )
        click.echo(goes_on, err=True)
        sys.stderr.flush()


def drive_in_view(
    ports: Ports, drive: Callable[[Watcher], Deployment], *, by: str, as_json: bool
) -> ExitCode:
    """Drive with a view, and return the exit code for the deployment at the end."""
    view = view_for(ports, as_json=as_json)
    follower = Follower(view, by)
    with Interruption(follower.pause, follower.leave), view:
        deployment = drive(follower)
    with follower.unharmed():
        view.ended(deployment)
    return exit_code_of(deployment)


def view_for(ports: Ports, *, as_json: bool) -> LiveView:
    """Choose the view: JSON lines on request, the live tree in a terminal that can redraw, else plain lines."""
    if as_json:
        from orchestrator.cli.views.json_lines import JsonLines

        return JsonLines()
    if sys.stdout.isatty():
        from rich.console import Console

        from orchestrator.cli.views.live import LiveTree

        console = Console()
        if console.is_terminal and not console.is_dumb_terminal:
            return LiveTree(console, ports.clock.now, ports.playbooks.tasks_seen)
    from orchestrator.cli.views.plain_lines import PlainLines

    return PlainLines()
