"""All routes of the service. A route that is not in this table does not exist; tests walk it with every role."""

from __future__ import annotations

from orchestrator.web.approvals import approval_pages
from orchestrator.web.pages import deployment_pages, overview, plain_files
from orchestrator.web.routes import Route
from orchestrator.web.words import word_pages


def all_routes() -> tuple[Route, ...]:
    """Every route, in the order in which they are tried."""
    return (
        *approval_pages.ROUTES,
        *plain_files.ROUTES,
        *overview.ROUTES,
        *deployment_pages.ROUTES,
        *word_pages.ROUTES,
    )
