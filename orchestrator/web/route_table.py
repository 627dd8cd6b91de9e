"""All routes of the service. A route that is not in this table does not exist; tests walk it with every role."""

from __future__ import annotations

from orchestrator.web import report_parts
from orchestrator.web.api import deployments, looks, of_the_service, words
from orchestrator.web.pages import (
    calendar,
    cmdb,
    deployment_list,
    deployment_pages,
    keys,
    nodes,
    overview,
    plain_files,
    plan_pages,
    project_plans,
    records,
    reports,
    reviews,
    rules,
)
from orchestrator.web.routes import Route


def all_routes() -> tuple[Route, ...]:
    """Every route, in the order in which they are tried."""
    return (
        *plain_files.ROUTES,
        *report_parts.ROUTES,
        *overview.ROUTES,
        *calendar.ROUTES,
        *cmdb.ROUTES,
        *deployment_list.ROUTES,
        *deployment_pages.ROUTES,
        *keys.ROUTES,
        *nodes.ROUTES,
        *plan_pages.ROUTES,
        *project_plans.ROUTES,
        *records.ROUTES,
        *reports.ROUTES,
        *reviews.ROUTES,
        *rules.ROUTES,
        *deployments.ROUTES,
        *looks.ROUTES,
        *of_the_service.ROUTES,
        *words.ROUTES,
    )
