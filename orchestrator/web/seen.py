"""Deployments that whoever asks may see: lists are narrowed here, for a list names no path that the gate could judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.web.gate import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked


def seen_by(asked: Asked, briefs: Iterable[Brief]) -> list[Brief]:
    """Those of these deployments that whoever asks may see, in the same order."""
    return [brief for brief in briefs if asked.may("see", place_of(brief))]


def sees_everything(asked: Asked) -> bool:
    """Whether whoever asks may see every service in every environment, as figures over all of them need."""
    access = asked.access
    return (
        access is not None
        and asked.may("see")
        and any(grant.service == "*" and grant.environment == "*" for grant in access.grants)
    )
