"""All routes of the service. A route that is not in this table does not exist; tests walk it with every role."""

from __future__ import annotations

from orchestrator.web import report_parts
from orchestrator.web.api import (
    deployments,
    for_clients,
    house,
    looks,
    of_the_service,
    plans,
    starts,
    words,
)
from orchestrator.web.api import nodes as nodes_api
from orchestrator.web.api import people as people_api
from orchestrator.web.api import records as records_api
from orchestrator.web.api import rules as rules_api
from orchestrator.web.approvals import approval_pages
from orchestrator.web.pages import (
    account_page,
    audit_page,
    calendar,
    cmdb,
    deployment_list,
    deployment_pages,
    keys,
    login_pages,
    nodes,
    overview,
    passkey_pages,
    people_pages,
    plain_files,
    plan_pages,
    project_plans,
    provider_pages,
    records,
    reports,
    reviews,
    rules,
    welcome_page,
)
from orchestrator.web.routes import Route
from orchestrator.web.words import word_pages


def all_routes() -> tuple[Route, ...]:
    """Every route, in the order in which they are tried."""
    return (
        *report_parts.ROUTES,
        *approval_pages.ROUTES,
        *plain_files.ROUTES,
        *login_pages.ROUTES,
        *overview.ROUTES,
        *account_page.ROUTES,
        *audit_page.ROUTES,
        *calendar.ROUTES,
        *cmdb.ROUTES,
        *deployment_list.ROUTES,
        *deployment_pages.ROUTES,
        *keys.ROUTES,
        *nodes.ROUTES,
        *passkey_pages.ROUTES,
        *people_pages.ROUTES,
        *plan_pages.ROUTES,
        *project_plans.ROUTES,
        *provider_pages.ROUTES,
        *records.ROUTES,
        *reports.ROUTES,
        *reviews.ROUTES,
        *rules.ROUTES,
        *welcome_page.ROUTES,
        *word_pages.ROUTES,
        *deployments.ROUTES,
        *for_clients.ROUTES,
        *house.ROUTES,
        *looks.ROUTES,
        *nodes_api.ROUTES,
        *of_the_service.ROUTES,
        *people_api.ROUTES,
        *plans.ROUTES,
        *records_api.ROUTES,
        *rules_api.ROUTES,
        *starts.ROUTES,
        *words.ROUTES,
    )
