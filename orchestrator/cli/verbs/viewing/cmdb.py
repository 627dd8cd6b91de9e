"""`orch cmdb`: configuration records."""

from __future__ import annotations

import click

from orchestrator.cli.verbs.viewing.cmdb_audit import accept, audit, audits


@click.group()
def cmdb() -> None:
    """Configuration records, and whether hosts are as recorded."""


cmdb.add_command(audit)
cmdb.add_command(audits)
cmdb.add_command(accept)
