"""The option `--ansible`: which Ansible runs the playbooks, over ORCH_ANSIBLE and orch.toml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.adapters.home_paths import expanded
from orchestrator.cli.wiring import ANSIBLE


def ansible_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--ansible`; the ports of the command find it."""
    return click.option(
        "--ansible",
        metavar="PATH",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_keep,
        help="The Ansible to use: a virtual environment, an ansible-playbook or a Python [default: $ORCH_ANSIBLE, else "
        "orch.toml, else as orch doctor says].",
    )(command)


def _keep(context: click.Context, _: click.Parameter, given: Path | None) -> Path | None:
    if given is not None:
        context.find_root().meta[ANSIBLE] = expanded(given).absolute()
    return given
