"""Reads what pages over all deployments need, once, before anybody asks: the first visitor after a start waits for less."""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING

from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.due_audits import audits_due
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.errors import OrchError
from orchestrator.policy.measures.period.span import Period
from orchestrator.web.pages.reports import USUAL

if TYPE_CHECKING:
    from orchestrator.web.request_context import Service

LOG = logging.getLogger("orch.web")


def begin_reading_ahead(service: Service) -> Thread:
    """Read ahead beside the server, which answers meanwhile; a process that ends does not wait for it."""
    reading = Thread(target=read_ahead, args=(service,), name="reading ahead", daemon=True)
    reading.start()
    return reading


def read_ahead(service: Service) -> None:
    """Fill the memory for the overview, the report of the usual period and configuration items. Raises nothing.

    Assessments of a year are left to whoever asks: they read the most.
    """
    ports, memory = service.ports, service.memory
    try:
        open_ones = [brief.id for brief in survey(ports.journal).briefs if not brief.over]
        for _ in each_of(ports.journal, open_ones):
            pass
        now = ports.clock.now()
        memory.cis.now(ports)
        audits_due(ports, now)
        period_facts(ports.journal, Period(begins=now - USUAL, ends=now), now, memory.facts)
    except OrchError as fault:
        # Whoever asks for the page is told the same.
        LOG.warning("not read ahead: %s", plain(str(fault), 500))
