"""What begins on a server: this command has it begun there, follows it, and ends with its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestrator.adapters.remote.remote_keys import keyring_at
from orchestrator.adapters.remote.remote_starts import Begun, begin
from orchestrator.adapters.remote.server import quoted
from orchestrator.cli import wiring
from orchestrator.cli.follow import Follower, view_for
from orchestrator.cli.options.detach_option import say_detached
from orchestrator.cli.verbs.viewing.watch import is_driven
from orchestrator.domain.journal.events import BackoutBegan, Planned
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.due_start import DueLine, What
from orchestrator.engine.use_cases.watching import follow
from orchestrator.errors import ExitCode, UsageFault
from orchestrator.policy.telling.exit_codes import exit_code_of

if TYPE_CHECKING:
    from datetime import datetime

    from orchestrator.adapters.remote.server import Server
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.domain.authority.word import Verb
    from orchestrator.domain.deployment.deployment import Deployment


def deploy(
    server: Server,
    plan: str,
    approvals: Mapping[str, str],
    *,
    detach: bool,
    patience: float | None,
    as_json: bool,
) -> int:
    """Deploy a plan that lies on the server."""
    refuse_of_this_machine()
    body: dict[str, object] = {"plan": plan, "approved_by": dict(approvals)}
    answer = _begun(server, "/api/v1/deployments", body, "deploy", keyring_at(server, plan=plan), starts=None)
    return _followed(answer, detach=detach, patience=patience, as_json=as_json)


def schedule(server: Server, body: dict[str, object], starts: datetime) -> dict[str, Any]:
    """Put a plan that lies on the server on its schedule; the server's answer."""
    return _begun(
        server,
        "/api/v1/schedule",
        body,
        "schedule",
        keyring_at(server, plan=str(body["plan"])),
        starts=starts,
    )


def back_out(server: Server, d: Deployment, body: dict[str, object], *, as_json: bool) -> int:
    """Back out a deployment of the server."""
    refuse_of_this_machine()
    path = f"/api/v1/deployments/{quoted(d.id)}/backouts"
    ports = wiring.ports()

    def means(event: Planned | BackoutBegan) -> bool:
        return isinstance(event, BackoutBegan) and event.reason == body["reason"]

    keyring = ports.keys.keyring(Path(d.project))
    begun = Begun(path, body, "rollback", means, _tell)
    return _followed(begin(server, begun, keyring, ports.voice), detach=False, patience=None, as_json=as_json)


def refuse_of_this_machine() -> None:
    """Raises UsageFault for options about a run on this machine."""
    if wiring.named_ansible() is not None or wiring.given_become() is not None:
        raise UsageFault(
            "--ansible and the password to become root are for a run on this machine; with --server the server runs it. "
            "Leave them out."
        )


def _begun(
    server: Server, path: str, body: dict[str, object], verb: Verb, keyring: Keyring, starts: datetime | None
) -> dict[str, Any]:
    _, _, file = str(body["plan"]).partition("/")

    def means(event: Planned | BackoutBegan) -> bool:
        return isinstance(event, Planned) and event.plan_file.endswith(file) and event.starts == starts

    return begin(server, Begun(path, body, verb, means, _tell), keyring, wiring.ports().voice)


def _tell(words: str) -> None:
    click.echo(words, err=True)


def _followed(answer: dict[str, Any], *, detach: bool, patience: float | None, as_json: bool) -> int:
    """Follow what was begun to its end, or to where it waits for somebody; the exit code is the deployment's."""
    name, went = str(answer.get("deployment", "")), str(answer.get("driver", ""))
    words = plain(str(answer.get("driver_words", "")), 1000)
    if went == "not begun":
        click.echo(
            f"Nothing goes on with {name} there yet: {words} On that machine: orch resume {name}", err=True
        )
    if detach:
        what: What = "failed" if went == "not begun" else "started"
        return say_detached(DueLine(name, what, words or went), as_json=as_json)
    ports = wiring.ports_to_watch()
    view = view_for(ports, as_json=as_json)
    follower = Follower(view, "")
    try:
        with view:
            # Whether a driver on another machine lives cannot be seen from here: one that did not begin is not waited for.
            driven = _is_not_driven if went == "not begun" else is_driven
            d = follow(ports, name, follower, driven=driven, patience=patience)
    except KeyboardInterrupt:
        click.echo(
            f"No longer watching; it goes on there. Watch again: orch --server {wiring.server_url()} watch {name}",
            err=True,
        )
        return ExitCode.INTERRUPTED
    with follower.unharmed():
        view.ended(d)
    return exit_code_of(d)


def _is_not_driven(d: Deployment) -> bool:
    return False
