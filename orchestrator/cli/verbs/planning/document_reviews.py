"""The reviews of models and policies that are due, for the calendar of the schedule of change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from orchestrator.adapters.files.policy_file import policy_document
from orchestrator.cli.options.document_desk import DocumentDesk
from orchestrator.cli.verbs.planning.policy_adoption import policy_shelf
from orchestrator.errors import OrchError
from orchestrator.policy.authority.document_standing import (
    ReviewDue,
    Standing,
    approving_roles,
    reviews_between,
)


def reviews_due(begins: datetime, ends: datetime) -> tuple[ReviewDue, ...]:
    """Those of the house and of the project in this folder; where they cannot be read, that is said, and there are none."""
    try:
        return reviews_between(_standings(DocumentDesk(None)), begins.date(), ends.date())
    except OrchError as unreadable:
        click.echo(f"No review is in the calendar, because documents cannot be read: {unreadable}", err=True)
        return ()


def _standings(desk: DocumentDesk) -> Iterator[Standing]:
    from orchestrator.adapters.files.model_file import model_document
    from orchestrator.cli.verbs.planning.model import model_shelf

    for policy in policy_shelf(None).all()[0]:
        yield desk.standing(policy_document(policy), approving_roles(policy.noun))
    for model in model_shelf(None).all()[0]:
        yield desk.standing(model_document(model))
