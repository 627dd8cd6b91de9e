"""All routes of the service. A route that is not in this table does not exist; tests walk it with every role."""

from __future__ import annotations

from orchestrator.web.api import deployments, for_clients, looks, of_the_service, words
from orchestrator.web.pages import (
    account_page,
    audit_page,
    deployment_pages,
    login_pages,
    overview,
    passkey_pages,
    people_pages,
    plain_files,
    provider_pages,
    welcome_page,
)
from orchestrator.web.routes import Route


def all_routes() -> tuple[Route, ...]:
    """Every route, in the order in which they are tried."""
    return (
        *plain_files.ROUTES,
        *login_pages.ROUTES,
        *overview.ROUTES,
        *account_page.ROUTES,
        *audit_page.ROUTES,
        *passkey_pages.ROUTES,
        *people_pages.ROUTES,
        *provider_pages.ROUTES,
        *welcome_page.ROUTES,
        *deployment_pages.ROUTES,
        *deployments.ROUTES,
        *for_clients.ROUTES,
        *looks.ROUTES,
        *of_the_service.ROUTES,
        *words.ROUTES,
    )
