"""`--detach`: leave a deployment to a process of its own, and say how to follow it."""

from __future__ import annotations

import json

import click

from orchestrator.cli.wiring import server_url
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.due_start import DueLine
from orchestrator.errors import ExitCode, UsageFault

detach_option = click.option(
    "--detach", is_flag=True, help="Leave it to a process of its own; follow it with orch watch."
)


def refuse_both(*, detach: bool, wait: bool) -> None:
    """Raises UsageFault for `--detach` with `--wait`."""
    if detach and wait:
        raise UsageFault(
            "--detach leaves, and --wait stays: choose one. `orch watch` follows what is detached."
        )


def say_detached(line: DueLine, *, as_json: bool) -> int:
    """The id, what became of it, and how to follow it; 0 where its process goes on."""
    if as_json:
        click.echo(
            json.dumps({"deployment": line.deployment, "what": line.what, "words": plain(line.words, 2000)})
        )
    else:
        click.echo(f"{line.deployment}: {line.what}: {plain(line.words, 1000)}")
        if (url := server_url()) is not None:
            click.echo(f"  follow it: orch --server {url} watch {line.deployment}")
        else:
            click.echo(f"  follow it: orch watch {line.deployment}")
    return _CODES.get(line.what, ExitCode.COMPLETED)


_CODES = {
    "not admitted": ExitCode.HELD,
    "refused": ExitCode.REFUSED,
    "failed": ExitCode.STORE_FAULT,
}
