"""Ports of the service: one set to read with, and the same with a person's voice for each word that is said through it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from orchestrator.bootstrap import ports
from orchestrator.bootstrap.house import HOUSE_FILE
from orchestrator.engine.lookup.remembered_journal import RememberedJournal
from orchestrator.engine.ports import Ports

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.engine.authority_ports import Voice


def service_ports(home: Path, house_file: Path = HOUSE_FILE) -> Ports:
    """All ports over the store of this home, loaded at once: a service runs for months. Raises StoreFault."""
    wired = ports(home, house_file=house_file)
    named = {port.name: getattr(wired, port.name) for port in fields(Ports)}
    return Ports(**{**named, "journal": RememberedJournal(wired.journal)})


def spoken_through(wired: Ports, voice: Voice) -> Ports:
    """The same ports, speaking with this voice."""
    named = {port.name: getattr(wired, port.name) for port in fields(Ports)}
    return Ports(**{**named, "voice": voice})
