"""Files of a record as a server makes them: it has the seals, and the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.adapters.remote.server import quoted
from orchestrator.cli.views.whole_file import write_whole

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server

FILES = {
    "html": "record.html",
    "pdf": "record.pdf",
    "csv": "checks.csv",
    "junit": "checks.xml",
    "sealed": "sealed.json",
}
"""Forms of a record by what a server calls their files."""


def take_files(server: Server, deployment: str, wanted: Mapping[str, Path]) -> None:
    """Write each form to its file. Raises NotFound, Refused, StoreFault."""
    for form, file in wanted.items():
        write_whole(file, server.file(f"/api/v1/deployments/{quoted(deployment)}/files/{FILES[form]}"))
        click.echo(f"The record of {deployment} is in {file}")
