"""Driving a deployment in the foreground: the fitting view, Ctrl-C, and the exit code at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

import click

from orchestrator.cli.exit_codes import exit_code_of
from orchestrator.cli.interruption import Interruption
from orchestrator.cli.wiring import ports as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Paused, Recorded
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import ExitCode, OrchError


class LiveView(Protocol):
    """What shows a deployment while it is driven."""

    def __enter__(self) -> LiveView: ...
    def __exit__(self, *exception: object) -> None: ...
    def __call__(self, record: Recorded) -> None:
        """Take in one record; called by the driver, so it must be quick."""

    def notice(self, text: str) -> None:
        """Say something that is not on the journal."""

    def ended(self, d: Deployment) -> None:
        """Say how it stands at the end."""


class Follower:
    """A watcher that knows whose journal it watches, and that no fault of its view can stop."""

    def __init__(self, view: LiveView, by: str, own_ports: Callable[[], Ports] = ports_of_home) -> None:
        """`own_ports` makes the ports that a pause is asked for with: it comes from another thread than the drive."""
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
        """A view that fails, on a closed pipe for example, is not asked again; the deployment goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever a view stumbles over, driving comes first)
            self._blind = True
            if not isinstance(error, BrokenPipeError):
                click.echo(f"The view stumbled ({error!r}); the deployment goes on.", err=True)

    def pause(self) -> None:
        """The first Ctrl-C: ask for a pause through the journal, as any other terminal would."""
        if not self.deployment:
            self.view.notice("Nothing is begun yet; Ctrl-C again leaves.")
            return
        self.view.notice(
            "Pausing at the next safe point; what runs goes on to its end. Ctrl-C again leaves at once."
        )
        word = Paused(by=self.by, reason="Ctrl-C")
        try:
            signal(self._own_ports(), self.deployment, word)
        except OrchError as refused:
            self.view.notice(str(refused))

    def leave(self) -> None:
        """The second Ctrl-C: give the terminal back and say what goes on without us."""
        self.view.__exit__(None, None, None)
        sys.stdout.flush()
        goes_on = (
            f"Left. What runs goes on in its worker; `orch resume {self.deployment}` takes it up again."
            if self.deployment
            else "Left before anything was begun."
        )
        click.echo(goes_on, err=True)
        sys.stderr.flush()


def drive_in_view(
    ports: Ports, drive: Callable[[Watcher], Deployment], *, by: str, as_json: bool
) -> ExitCode:
    """Drive with a view and return the exit code of where the deployment stands then."""
    view = view_for(ports, as_json=as_json)
    follower = Follower(view, by)
    with Interruption(follower.pause, follower.leave), view:
        deployment = drive(follower)
    with follower.unharmed():
        view.ended(deployment)
    return exit_code_of(deployment)


def view_for(ports: Ports, *, as_json: bool) -> LiveView:
    """JSON lines when asked for, the live tree in a terminal that can be redrawn, plain lines otherwise."""
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
